-- Autovacuum measures a table by its own size: a young one that is filled fast is vacuumed at each of its looks, a core's work for seconds,
-- and payments wait for it. Versions of rows are mostly pruned where they are (HOT), and the server's own limit on the age of transactions
-- still holds. So it begins at a size where it is rare, and goes slowly.
ALTER TABLE books.inbox SET (autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.payment_aliases SET (autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.transitions SET (autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.journal SET (autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.feed SET (autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.operations SET (autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.payments SET (
    autovacuum_vacuum_threshold = 200000, autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.api_operations SET (
    autovacuum_vacuum_threshold = 200000, autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10,
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.idempotency_keys SET (
    autovacuum_vacuum_threshold = 200000, autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10,
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
