-- A batch publishes its events in the round trip of its writes, unless events staged before must go first (docs/decisions/0022). To be
-- called under the lock of feed_head. A shard is read by its index, whatever the planner believes of a table that is mostly empty.
CREATE FUNCTION books.require_nothing_waits(shards smallint[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM books.outbox AS o WHERE o.shard = ANY (shards)) THEN
        RAISE EXCEPTION 'Events wait in the outbox' USING ERRCODE = 'PPW01';
    END IF;
END $$;
