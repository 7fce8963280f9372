-- The log: gapless offsets per partition, handed out under row locks, so that commit order is offset order.

CREATE TABLE eventlog.topics (
    id         smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL UNIQUE,
    partitions smallint NOT NULL CHECK (partitions > 0)
);

-- One row per partition, updated by every append to it; most of each page stays free so that updates stay in it (HOT).
CREATE TABLE eventlog.partitions (
    topic_id         smallint NOT NULL REFERENCES eventlog.topics,
    partition        smallint NOT NULL,
    first_offset     bigint NOT NULL DEFAULT 0,
    next_offset      bigint NOT NULL DEFAULT 0,
    last_appended_at timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (topic_id, partition),
    CHECK (0 <= first_offset AND first_offset <= next_offset)
) WITH (fillfactor = 20, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0);

-- Per topic, then per day, so that retention drops whole tables, topic by topic. The key is bytes because a gateway's
-- text may hold what PostgreSQL's text may not (a NUL). EXTERNAL: bytes stay as they came, uncompressed.
CREATE TABLE eventlog.records (
    topic_id    smallint NOT NULL,
    partition   smallint NOT NULL,
    log_offset  bigint NOT NULL,
    appended_at timestamptz NOT NULL,
    key         bytea NOT NULL,
    headers     bytea NOT NULL,
    value       bytea NOT NULL
) PARTITION BY LIST (topic_id);
ALTER TABLE eventlog.records
    ALTER COLUMN key SET STORAGE EXTERNAL,
    ALTER COLUMN headers SET STORAGE EXTERNAL,
    ALTER COLUMN value SET STORAGE EXTERNAL;

CREATE TABLE eventlog.groups (
    name text PRIMARY KEY
);

CREATE TABLE eventlog.group_members (
    group_name text NOT NULL REFERENCES eventlog.groups,
    member     uuid NOT NULL,
    topic_ids  smallint[] NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (group_name, member)
);

-- A partition in a group: who holds it until when, and the next offset to read. The epoch rises with every owner.
CREATE TABLE eventlog.group_partitions (
    group_name  text NOT NULL REFERENCES eventlog.groups,
    topic_id    smallint NOT NULL REFERENCES eventlog.topics,
    partition   smallint NOT NULL,
    next_offset bigint CHECK (next_offset >= 0),
    owner       uuid,
    epoch       bigint NOT NULL DEFAULT 0,
    expires_at  timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (group_name, topic_id, partition)
) WITH (fillfactor = 50);

-- Makes the table of one topic and day. A day whose records went to the default table already stays there.
CREATE FUNCTION eventlog.add_day(topic smallint, day date) RETURNS void LANGUAGE plpgsql AS $$
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
EXCEPTION
    WHEN check_violation THEN
        RETURN;
END $$;

-- Makes a topic with its tables; an existing one only gets the days that are missing. A default table takes what no
-- day is there for, so that a late upkeep never loses or refuses a record.
CREATE FUNCTION eventlog.add_topic(topic_name text, partition_count smallint, days_ahead integer) RETURNS void LANGUAGE plpgsql AS $$
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
    END IF;
    PERFORM eventlog.add_day(topic, today + ahead) FROM generate_series(0, days_ahead) AS ahead;
END $$;

-- Appends a batch in one round trip. topic_ids, numbers and counts name each partition once, in ascending order: locks
-- taken in that order cannot deadlock. slots says for each record to which of them it goes, ordinals which of its new
-- records there it is, from 0. The time never runs back within a partition, so time and offset sort alike.
CREATE FUNCTION eventlog.append(
    topic_ids smallint[], numbers smallint[], counts integer[],
    slots integer[], ordinals integer[], keys bytea[], headers bytea[], vals bytea[]) RETURNS void LANGUAGE plpgsql AS $$
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

    INSERT INTO eventlog.records (topic_id, partition, log_offset, appended_at, key, headers, value)
    SELECT topic_ids[r.slot], numbers[r.slot], firsts[r.slot] + r.ordinal, appended, r.key, r.headers, r.value
    FROM (
        SELECT unnest(slots) AS slot, unnest(ordinals) AS ordinal,
            unnest(keys) AS key, unnest(append.headers) AS headers, unnest(vals) AS value) AS r;
END $$;

-- Reads several partitions in one round trip, each in order, in the order given, until there are enough records. One
-- with nothing new costs a look at its row; one whose offset is out of range comes without a record. The plan is pinned
-- to the index: without statistics (a new day's table has none) the planner may sort all that is ahead instead.
CREATE FUNCTION eventlog.read(
    topic_ids smallint[], numbers smallint[], offsets bigint[], sinces timestamptz[], records_max integer)
RETURNS TABLE (
    slot integer, first_offset bigint, next_offset bigint,
    log_offset bigint, appended_at timestamptz, key bytea, headers bytea, value bytea)
LANGUAGE plpgsql STABLE
SET enable_sort = off SET enable_bitmapscan = off SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
SET work_mem = '32MB' AS $$
#variable_conflict use_column
DECLARE
    wanted record;
    open   integer := records_max;
    got    integer;
BEGIN
    FOR wanted IN
        SELECT w.slot, w.topic_id, w.partition, w.log_offset, w.since, p.first_offset, p.next_offset
        FROM unnest(topic_ids, numbers, offsets, sinces) WITH ORDINALITY AS w (topic_id, partition, log_offset, since, slot)
        JOIN eventlog.partitions p ON p.topic_id = w.topic_id AND p.partition = w.partition
        WHERE p.next_offset <> w.log_offset
        ORDER BY w.slot
    LOOP
        RETURN QUERY
        SELECT wanted.slot::integer, wanted.first_offset, wanted.next_offset, r.log_offset, r.appended_at, r.key, r.headers, r.value
        FROM eventlog.records r
        WHERE r.topic_id = wanted.topic_id AND r.partition = wanted.partition
            AND r.log_offset >= wanted.log_offset AND r.appended_at >= wanted.since
        ORDER BY r.log_offset
        LIMIT open;
        GET DIAGNOSTICS got = ROW_COUNT;
        IF got = 0 THEN
            RETURN QUERY SELECT wanted.slot::integer, wanted.first_offset, wanted.next_offset,
                NULL::bigint, NULL::timestamptz, NULL::bytea, NULL::bytea, NULL::bytea;
        END IF;
        open := open - got;
        EXIT WHEN open <= 0;
    END LOOP;
END $$;

-- The first offset of a partition whose record was appended at or after a time: offsets are gapless and sort like time.
CREATE FUNCTION eventlog.find_offset(topic smallint, number smallint, wanted timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    low    bigint;
    high   bigint;
    middle bigint;
    found  timestamptz;
BEGIN
    SELECT first_offset, next_offset INTO low, high FROM eventlog.partitions WHERE topic_id = topic AND partition = number;
    WHILE low < high LOOP
        middle := (low + high) / 2;
        SELECT appended_at INTO found
        FROM eventlog.records
        WHERE topic_id = topic AND partition = number AND log_offset = middle;
        IF found IS NULL OR found < wanted THEN
            low := middle + 1;
        ELSE
            high := middle;
        END IF;
    END LOOP;
    RETURN low;
END $$;

-- Drops the days that ended before a time, and moves the first offsets past what they held. The partition rows are
-- locked before the tables, as appends do, so that the two cannot deadlock.
CREATE FUNCTION eventlog.drop_days(topic smallint, before timestamptz) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    child   record;
    dropped integer := 0;
BEGIN
    PERFORM FROM eventlog.partitions WHERE topic_id = topic ORDER BY partition FOR UPDATE;
    FOR child IN
        SELECT c.oid::regclass AS name, to_date(right(c.relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('eventlog.records_%s', topic)::regclass AND c.relname ~ '_[0-9]{8}$'
        ORDER BY 2
    LOOP
        CONTINUE WHEN (child.day + 1)::timestamp AT TIME ZONE 'UTC' > before;
        EXECUTE format('UPDATE eventlog.partitions p SET first_offset = kept.first_offset '
            'FROM (SELECT partition, max(log_offset) + 1 AS first_offset FROM %s GROUP BY partition) AS kept '
            'WHERE p.topic_id = %s AND p.partition = kept.partition AND p.first_offset < kept.first_offset', child.name, topic);
        EXECUTE format('DROP TABLE %s', child.name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- A member's sign of life, and the whole of the group's protocol: no leader, each member asks for its own share.
-- 1. The group's row is locked, so members come one after the other; the time is the database's own.
-- 2. The member is noted, silent members are forgotten, held leases (same epoch) are renewed.
-- 3. Per topic the member's share is the partitions divided by the members that read it; the odd ones rotate by topic.
-- 4. Free and expired partitions are taken up to the share, under a new epoch; what is beyond the share is surplus:
--    the member finishes what it has in hand and releases it.
CREATE FUNCTION eventlog.heartbeat(
    in_group text, me uuid, my_topics smallint[], lease interval,
    held_topics smallint[], held_numbers smallint[], held_epochs bigint[])
RETURNS TABLE (topic_id smallint, partition smallint, epoch bigint, next_offset bigint, surplus boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    instant timestamptz;
    topic   smallint;
    share   integer;
BEGIN
    INSERT INTO eventlog.groups (name) VALUES (in_group) ON CONFLICT DO NOTHING;
    PERFORM FROM eventlog.groups WHERE name = in_group FOR UPDATE;
    INSERT INTO eventlog.group_partitions (group_name, topic_id, partition)
    SELECT in_group, p.topic_id, p.partition FROM eventlog.partitions p WHERE p.topic_id = ANY (my_topics)
    ON CONFLICT DO NOTHING;
    PERFORM FROM eventlog.group_partitions
    WHERE group_name = in_group AND topic_id = ANY (my_topics)
    ORDER BY topic_id, partition
    FOR UPDATE;
    instant := clock_timestamp();

    INSERT INTO eventlog.group_members (group_name, member, topic_ids, expires_at)
    VALUES (in_group, me, my_topics, instant + lease)
    ON CONFLICT (group_name, member) DO UPDATE SET topic_ids = excluded.topic_ids, expires_at = excluded.expires_at;
    DELETE FROM eventlog.group_members WHERE group_name = in_group AND expires_at < instant;

    UPDATE eventlog.group_partitions g
    SET expires_at = instant + lease
    FROM unnest(held_topics, held_numbers, held_epochs) AS held (topic_id, partition, epoch)
    WHERE g.group_name = in_group AND g.topic_id = held.topic_id AND g.partition = held.partition
        AND g.owner = me AND g.epoch = held.epoch;
    -- Mine in the table, but I have told my caller that they were lost: free, for whoever comes.
    UPDATE eventlog.group_partitions SET owner = NULL
    WHERE group_name = in_group AND owner = me AND expires_at <> instant + lease;

    FOREACH topic IN ARRAY my_topics LOOP
        SELECT t.partitions / m.members + CASE WHEN (m.rank + topic) % m.members < t.partitions % m.members THEN 1 ELSE 0 END
        INTO share
        FROM eventlog.topics t,
            (SELECT count(*) AS members, count(*) FILTER (WHERE member < me) AS rank
             FROM eventlog.group_members
             WHERE group_name = in_group AND topic = ANY (topic_ids)) AS m
        WHERE t.id = topic;

        UPDATE eventlog.group_partitions g
        SET owner = me, epoch = g.epoch + 1, expires_at = instant + lease
        WHERE g.group_name = in_group AND g.topic_id = topic AND g.partition IN (
            SELECT free.partition
            FROM eventlog.group_partitions free
            WHERE free.group_name = in_group AND free.topic_id = topic AND (free.owner IS NULL OR free.expires_at < instant)
            ORDER BY free.partition
            LIMIT greatest(0, share - (
                SELECT count(*) FROM eventlog.group_partitions
                WHERE group_name = in_group AND topic_id = topic AND owner = me)));

        RETURN QUERY
        SELECT g.topic_id, g.partition, g.epoch, coalesce(g.next_offset, p.first_offset),
            row_number() OVER (ORDER BY g.partition) > share
        FROM eventlog.group_partitions g
        JOIN eventlog.partitions p USING (topic_id, partition)
        WHERE g.group_name = in_group AND g.topic_id = topic AND g.owner = me;
    END LOOP;
END $$;

-- Stores offsets where the member still holds the partition under the epoch it read with; answers with those it stored.
CREATE FUNCTION eventlog.commit_offsets(
    in_group text, me uuid, topic_ids smallint[], numbers smallint[], epochs bigint[], offsets bigint[])
RETURNS TABLE (topic_id smallint, partition smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM eventlog.group_partitions
    WHERE group_name = in_group AND owner = me
    ORDER BY topic_id, partition
    FOR UPDATE;
    RETURN QUERY
    UPDATE eventlog.group_partitions g
    SET next_offset = greatest(g.next_offset, done.next_offset)
    FROM unnest(topic_ids, numbers, epochs, offsets) AS done (topic_id, partition, epoch, next_offset)
    WHERE g.group_name = in_group AND g.topic_id = done.topic_id AND g.partition = done.partition
        AND g.owner = me AND g.epoch = done.epoch
    RETURNING g.topic_id, g.partition;
END $$;

-- Gives partitions back, so that others need not wait for the lease to end.
CREATE FUNCTION eventlog.release(
    in_group text, me uuid, topic_ids smallint[], numbers smallint[], epochs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM eventlog.group_partitions
    WHERE group_name = in_group AND owner = me
    ORDER BY topic_id, partition
    FOR UPDATE;
    UPDATE eventlog.group_partitions g
    SET owner = NULL
    FROM unnest(topic_ids, numbers, epochs) AS held (topic_id, partition, epoch)
    WHERE g.group_name = in_group AND g.topic_id = held.topic_id AND g.partition = held.partition
        AND g.owner = me AND g.epoch = held.epoch;
END $$;

-- A member goes: what it holds, known to it or not, is free at once.
CREATE FUNCTION eventlog.leave(in_group text, me uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM eventlog.groups WHERE name = in_group FOR UPDATE;
    PERFORM FROM eventlog.group_partitions
    WHERE group_name = in_group AND owner = me
    ORDER BY topic_id, partition
    FOR UPDATE;
    UPDATE eventlog.group_partitions SET owner = NULL WHERE group_name = in_group AND owner = me;
    DELETE FROM eventlog.group_members WHERE group_name = in_group AND member = me;
END $$;
