-- A row holds the records of one append to one partition, packed (PackedRecords.cs), and no longer just one of them: what a row costs
-- is paid once for all, and what they have in common is stored once. ADR 23.

-- How many records a row holds, 1 to 256. One: its key, headers and value are in their columns, as in every row of before. More: all
-- is in value. log_offset is that of the last one. No CHECK: adding one would read every record there is while appends wait.
ALTER TABLE eventlog.records ADD COLUMN record_count smallint NOT NULL DEFAULT 1;

-- As eventlog.append was, but slots, lasts and record_counts tell of rows: lasts says which of its partition's new records the row's last
-- one is, from 0.
CREATE FUNCTION eventlog.append_rows(
    topic_ids smallint[], numbers smallint[], counts integer[],
    slots integer[], lasts integer[], record_counts smallint[], keys bytea[], headers bytea[], vals bytea[])
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    firsts   bigint[];
    appended timestamptz;
BEGIN
    SELECT greatest(clock_timestamp(), max(locked.last_appended_at)) INTO appended FROM (
        SELECT p.last_appended_at
        FROM eventlog.partitions p
        JOIN unnest(topic_ids, numbers) AS wanted (topic_id, partition) USING (topic_id, partition)
        ORDER BY p.topic_id, p.partition
        FOR UPDATE OF p) AS locked;
    appended := greatest(appended, clock_timestamp());

    WITH moved AS (
        UPDATE eventlog.partitions p
        SET next_offset = p.next_offset + wanted.count, last_appended_at = appended
        FROM unnest(topic_ids, numbers, counts) AS wanted (topic_id, partition, count)
        WHERE p.topic_id = wanted.topic_id AND p.partition = wanted.partition
        RETURNING p.topic_id, p.partition, p.next_offset - wanted.count AS first)
    SELECT array_agg(moved.first ORDER BY moved.topic_id, moved.partition) INTO firsts FROM moved;
    IF firsts IS NULL OR cardinality(firsts) <> cardinality(topic_ids) THEN
        RAISE EXCEPTION 'A partition is not there' USING ERRCODE = 'no_data_found';
    END IF;

    INSERT INTO eventlog.records (topic_id, partition, log_offset, appended_at, key, headers, value, record_count)
    SELECT topic_ids[r.slot], numbers[r.slot], firsts[r.slot] + r.last, appended, r.key, r.headers, r.value, r.record_count
    FROM (
        SELECT unnest(slots) AS slot, unnest(lasts) AS last, unnest(record_counts) AS record_count,
            unnest(keys) AS key, unnest(append_rows.headers) AS headers, unnest(vals) AS value) AS r;
END $$;

-- For processes that are still of the version before: each record a row.
CREATE OR REPLACE FUNCTION eventlog.append(
    topic_ids smallint[], numbers smallint[], counts integer[],
    slots integer[], ordinals integer[], keys bytea[], headers bytea[], vals bytea[]) RETURNS void LANGUAGE sql AS $$
    SELECT eventlog.append_rows(
        topic_ids, numbers, counts, slots, ordinals, array_fill(1::smallint, ARRAY[cardinality(slots)]), keys, headers, vals);
$$;

-- As before, by rows: the first may begin below the offset asked for, and the last may go beyond the records asked for.
DROP FUNCTION eventlog.read(smallint[], smallint[], bigint[], timestamptz[], integer);
CREATE FUNCTION eventlog.read(
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
        SELECT w.slot, w.topic_id, w.partition, w.log_offset, w.since, p.first_offset, p.next_offset
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
            AND r.appended_at >= wanted.since
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

-- As before, by rows. All records of a row have one time, so the search goes from row to row.
CREATE OR REPLACE FUNCTION eventlog.find_offset(topic smallint, number smallint, wanted timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SET enable_sort = off SET enable_bitmapscan = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    low    bigint;
    high   bigint;
    middle bigint;
    found  record;
BEGIN
    SELECT first_offset, next_offset INTO low, high FROM eventlog.partitions WHERE topic_id = topic AND partition = number;
    WHILE low < high LOOP
        middle := (low + high) / 2;
        SELECT r.appended_at, r.log_offset AS last, r.log_offset - r.record_count + 1 AS first INTO found
        FROM eventlog.records r
        WHERE r.topic_id = topic AND r.partition = number AND r.log_offset >= middle
        ORDER BY r.log_offset
        LIMIT 1;
        IF found.appended_at IS NULL OR found.appended_at < wanted THEN
            low := coalesce(found.last, middle) + 1;
        ELSE
            high := greatest(low, least(middle, found.first));
        END IF;
    END LOOP;
    RETURN low;
END $$;
