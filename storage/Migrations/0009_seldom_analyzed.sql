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

ALTER TABLE books.inbox SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.inbox_deliveries SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.payments SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.payment_aliases SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.operations SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.transitions SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.journal SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.feed SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.outbox SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
ALTER TABLE books.audit_batches SET (autovacuum_analyze_threshold = 100000, autovacuum_analyze_scale_factor = 0.5);
