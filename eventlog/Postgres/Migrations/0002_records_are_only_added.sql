-- What an append costs the server beside the record itself.

-- One plan for all appends, made once: a row per partition by its key, whatever the arrays hold and whatever statistics say.
ALTER FUNCTION eventlog.append(smallint[], smallint[], integer[], integer[], integer[], bytea[], bytea[], bytea[])
    SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off;

-- Records are written once and dropped by the day. Vacuum has nothing to find in their tables until the server's own limit on the
-- age of transactions asks for it, and statistics are of no use to plans that are pinned (ADR 18); looking all the same reads
-- every record again, while they come in. An append that failed leaves rows behind: for those vacuum still comes.
CREATE FUNCTION eventlog.spare_from_upkeep(child text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE eventlog.%I SET (autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 2147483647)',
        child);
END $$;

SELECT eventlog.spare_from_upkeep(c.relname)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'eventlog' AND c.relkind = 'r' AND c.relname ~ '^records_[0-9]+_(default|[0-9]{8})$';

-- As before, with the table spared.
CREATE OR REPLACE FUNCTION eventlog.add_day(topic smallint, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parent text := format('records_%s', topic);
    child  text := format('records_%s_%s', topic, to_char(day, 'YYYYMMDD'));
BEGIN
    IF to_regclass('eventlog.' || child) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE eventlog.%I (LIKE eventlog.%I INCLUDING STORAGE, PRIMARY KEY (partition, log_offset)) '
        'WITH (toast_tuple_target = 8160)', child, parent);
    EXECUTE format('ALTER TABLE eventlog.%I ATTACH PARTITION eventlog.%I FOR VALUES FROM (%L) TO (%L)',
        parent, child, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    PERFORM eventlog.spare_from_upkeep(child);
EXCEPTION
    WHEN check_violation THEN
        RETURN;
END $$;

-- As before, with the default table spared.
CREATE OR REPLACE FUNCTION eventlog.add_topic(topic_name text, partition_count smallint, days_ahead integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    topic smallint;
    today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
BEGIN
    SELECT id INTO topic FROM eventlog.topics WHERE name = topic_name;
    IF topic IS NULL THEN
        INSERT INTO eventlog.topics (name, partitions) VALUES (topic_name, partition_count) RETURNING id INTO topic;
        INSERT INTO eventlog.partitions (topic_id, partition)
        SELECT topic, number::smallint FROM generate_series(0, partition_count - 1) AS number;
        EXECUTE format('CREATE TABLE eventlog.%I PARTITION OF eventlog.records FOR VALUES IN (%s) PARTITION BY RANGE (appended_at)',
            format('records_%s', topic), topic);
        EXECUTE format('CREATE TABLE eventlog.%I PARTITION OF eventlog.%I (PRIMARY KEY (partition, log_offset)) DEFAULT '
            'WITH (toast_tuple_target = 8160)', format('records_%s_default', topic), format('records_%s', topic));
        PERFORM eventlog.spare_from_upkeep(format('records_%s_default', topic));
    END IF;
    PERFORM eventlog.add_day(topic, today + ahead) FROM generate_series(0, days_ahead) AS ahead;
END $$;
