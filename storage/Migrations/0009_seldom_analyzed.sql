-- Plans of the hot statements are pinned (docs/decisions/0018); statistics are for reports and `verify`, which need no more than the order
-- of magnitude. As PostgreSQL ships, a growing table is analyzed at every tenth that it grows: under load that took a sixth of the machine,
-- most of it to read and sort documents that no statement searches.

ALTER TABLE books.payments
    ALTER COLUMN memory SET STATISTICS 0, ALTER COLUMN metadata SET STATISTICS 0, ALTER COLUMN next_action SET STATISTICS 0;
ALTER TABLE books.feed ALTER COLUMN payload SET STATISTICS 0;
ALTER TABLE books.outbox ALTER COLUMN payload SET STATISTICS 0, ALTER COLUMN headers SET STATISTICS 0;
ALTER TABLE books.audit_batches
    ALTER COLUMN offsets SET STATISTICS 0, ALTER COLUMN digest SET STATISTICS 0, ALTER COLUMN operation_ids SET STATISTICS 0;
ALTER TABLE books.inbox_deliveries ALTER COLUMN body_hash SET STATISTICS 0;

-- Vacuum measures a table by its own size, too: a young one that is filled fast is vacuumed at each look, a core's work for seconds, and
-- payments wait for it. Versions of rows are mostly pruned where they are (HOT), and the server's own limit on the age of transactions
-- still holds. So it begins at a size where it is rare, and goes slowly.

ALTER TABLE books.inbox SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.payment_aliases SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.operations SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.transitions SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.journal SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.feed SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.payments SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_threshold = 200000, autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.api_operations SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_threshold = 200000, autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.idempotency_keys SET (
    autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5,
    autovacuum_vacuum_threshold = 200000, autovacuum_vacuum_insert_threshold = 500000, autovacuum_vacuum_cost_delay = 10);
ALTER TABLE books.inbox_deliveries SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.outbox SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.audit_batches SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
