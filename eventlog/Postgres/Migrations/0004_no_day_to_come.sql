-- As before, but no table of a day to come is looked at: a record of this snapshot is no younger than its partition's last append.
-- To begin with a table costs more than to find the record in it, and a partition has one for each of the next days.
CREATE OR REPLACE FUNCTION eventlog.read(
    topic_ids smallint[], numbers smallint[], offsets bigint[], sinces timestamptz[], records_max integer)
RETURNS TABLE (
    slot integer, first_offset bigint, next_offset bigint,
    log_offset bigint, record_count smallint, appended_at timestamptz, key bytea, headers bytea, value bytea)
LANGUAGE plpgsql STABLE
SET enable_sort = off SET enable_bitmapscan = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
SET work_mem = '32MB' AS $$
#variable_conflict use_column
DECLARE
    wanted record;
    open   bigint := records_max;
    got    integer;
BEGIN
    FOR wanted IN
        SELECT w.slot, w.topic_id, w.partition, w.log_offset, w.since, p.first_offset, p.next_offset, p.last_appended_at
        FROM unnest(topic_ids, numbers, offsets, sinces) WITH ORDINALITY AS w (topic_id, partition, log_offset, since, slot)
        JOIN eventlog.partitions p ON p.topic_id = w.topic_id AND p.partition = w.partition
        WHERE p.next_offset <> w.log_offset
        ORDER BY w.slot
    LOOP
        -- A row's first offset decides; its last one, 255 further on at most, is what the index knows.
        RETURN QUERY
        SELECT wanted.slot::integer, wanted.first_offset, wanted.next_offset,
            r.log_offset, r.record_count, r.appended_at, r.key, r.headers, r.value
        FROM eventlog.records r
        WHERE r.topic_id = wanted.topic_id AND r.partition = wanted.partition
            AND r.log_offset >= wanted.log_offset AND r.log_offset < wanted.log_offset + open + 255
            AND r.log_offset - r.record_count < wanted.log_offset + open - 1
            AND r.appended_at BETWEEN wanted.since AND wanted.last_appended_at
        ORDER BY r.log_offset;
        GET DIAGNOSTICS got = ROW_COUNT;
        IF got = 0 THEN
            RETURN QUERY SELECT wanted.slot::integer, wanted.first_offset, wanted.next_offset,
                NULL::bigint, NULL::smallint, NULL::timestamptz, NULL::bytea, NULL::bytea, NULL::bytea;
        END IF;
        open := open - least(open, wanted.next_offset - wanted.log_offset);
        EXIT WHEN open <= 0;
    END LOOP;
END $$;
