using Npgsql;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <summary>
/// Publishes in the transaction of the cause, where the log is in the books' own database (docs/decisions/0022):
/// <list type="number">
/// <item>Lock the feed's head. From here to their commits publishers come one after the other.</item>
/// <item>See what waits in the outbox, which the API fills, in the shards concerned: it goes first, so that the events of one key
/// keep their order.</item>
/// <item>Append all of it to the log and the feed, take it out of the outbox, commit.</item>
/// </list>
/// Mostly nothing waits. So all of it is sent at once with the batch's writes, and the database refuses it where something does wait; the
/// batch is then done again, looking before it publishes, as are those of the next moment. Nothing is published twice and nothing waits,
/// whoever dies.
/// </summary>
public sealed class JoinedPublication(NpgsqlDataSource database, IJoinedLog log, FeedBell bell, TimeProvider time)
{
    /// <summary>Of one shard at most in one transaction. Where more waits, the batch stays behind it in the outbox.</summary>
    private const int ShardMax = 200;

    /// <summary>
    /// Events of a transaction that carries its own announcement. NOTIFY holds one lock for the whole server until the commit is on the
    /// disk: when little happens nobody waits for it, and readers hear of the events a round trip earlier.
    /// </summary>
    private const int SmallMax = 8;

    private static readonly short[] allShards = [.. Enumerable.Range(0, OutboxShards.Count).Select(shard => (short)shard)];

    private long _looksUntil;

    /// <summary>To be awaited before a transaction that publishes is begun.</summary>
    internal ValueTask PrepareAsync(CancellationToken cancellationToken) => log.PrepareAsync(cancellationToken);

    /// <summary>
    /// Runs the writes of a transaction, publishes its events with them and commits. When too much waits in the outbox they are staged
    /// there, too, and the next publisher carries on.
    /// </summary>
    internal async Task<Published> CommitAsync(NpgsqlBatch writes, IReadOnlyList<StagedEvent> events, DateTimeOffset now)
    {
        var shards = events.Select(one => OutboxShards.Of(one.Key)).Distinct().ToArray();
        if (time.GetTimestamp() >= Volatile.Read(ref _looksUntil)) return await CommitAtOnceAsync(writes, shards, events);
        var (head, waiting) = await LookAsync(writes, shards, CancellationToken.None);
        if (waiting.Count > 0) LookForAMoment();
        await using var batch = new NpgsqlBatch(writes.Connection);
        var isTooMuch = waiting.CountBy(row => row.Shard).Any(shard => shard.Value >= ShardMax);
        if (!isTooMuch) return await EndAsync(batch, AddPublish(batch, head, waiting, events));
        batch.BatchCommands.Add(OutboxRows.Insert(events, now));
        await BatchWriter.EndAsync(batch);
        return new Published(events.Count, []);
    }

    // The row's lock, as LockFeedSql takes it, and the next positions in one.
    private const string AdvanceSql = """
        UPDATE books.feed_head
        SET position = position + $1
        """;
    private const string NothingWaitsSql = """
        SELECT books.require_nothing_waits($1)
        """;
    private const string FeedAtOnceSql = """
        INSERT INTO books.feed (position, event_id, event_type, key, gateway, account, payload, published_at)
        SELECT h.position - $7 + u.ordinality, u.event_id, u.event_type, u.key, u.gateway, u.account, u.payload, clock_timestamp()
        FROM books.feed_head AS h
        CROSS JOIN unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY
            AS u (event_id, event_type, key, gateway, account, payload, ordinality)
        """;

    private async Task<Published> CommitAtOnceAsync(NpgsqlBatch writes, short[] shards, IReadOnlyList<StagedEvent> events)
    {
        var fed = events.Where(one => one.Topic == StagedTopics.PaymentEvents).ToList();
        writes.BatchCommands.Add(new NpgsqlBatchCommand(AdvanceSql).Value(fed.Count));
        writes.BatchCommands.Add(new NpgsqlBatchCommand(NothingWaitsSql).Value(shards));
        if (fed.Count > 0) writes.BatchCommands.Add(Feed(new NpgsqlBatchCommand(FeedAtOnceSql), fed).Value(fed.Count));
        log.AddAppend(writes, events);
        try
        {
            return await EndAsync(writes, new Published(0, [.. events.CountBy(one => one.Topic)]));
        }
        catch (PostgresException refused) when (refused.SqlState == DatabaseErrors.EventsWait)
        {
            LookForAMoment();
            throw;
        }
    }

    /// <summary>For a second from now every batch looks before it publishes.</summary>
    private void LookForAMoment() => Volatile.Write(ref _looksUntil, time.GetTimestamp() + time.TimestampFrequency);

    /// <summary>Commits, and tells the readers.</summary>
    private async Task<Published> EndAsync(NpgsqlBatch batch, Published published)
    {
        var isSmall = published.ByTopic.Sum(topic => topic.Value) <= SmallMax;
        if (isSmall)
        {
            log.AddAnnouncement(batch);
            batch.BatchCommands.Add(FeedBell.ToCommand());
        }
        await BatchWriter.EndAsync(batch);
        log.Announce(isTold: isSmall);
        if (!isSmall) bell.Ring();
        return published;
    }

    // Without the lock, which would write: mostly nothing waits.
    private const string AnySql = """
        SELECT EXISTS (SELECT 1 FROM books.outbox)
        """;

    /// <summary>Publishes what waits in the outbox, in a transaction of its own.</summary>
    public async Task<Published> PublishWaitingAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var any = new NpgsqlCommand(AnySql, connection))
            if (await any.ExecuteScalarAsync(cancellationToken) is not true) return new(0, []);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var settings = new NpgsqlCommand(BatchReader.SettingsSql, connection))
            await settings.ExecuteNonQueryAsync(cancellationToken);
        await using var look = new NpgsqlBatch(connection);
        var (head, waiting) = await LookAsync(look, allShards, cancellationToken);
        if (waiting.Count == 0) return new(0, []);
        await using var batch = new NpgsqlBatch(connection);
        return await EndAsync(batch, AddPublish(batch, head, waiting, []));
    }

    private readonly record struct WaitingRow(short Shard, long Id, StagedEvent Event);

    // A statement of its own after the lock, so that it sees what the publishers before have committed.
    private const string WaitingSql = """
        SELECT o.shard, o.id, o.topic, o.key, o.event_id, o.event_type, o.gateway, o.account, o.headers, o.payload
        FROM unnest($1) AS s (shard)
        CROSS JOIN LATERAL (
            SELECT *
            FROM books.outbox
            WHERE shard = s.shard
            ORDER BY id
            LIMIT $2) AS o
        ORDER BY o.shard, o.id
        """;

    private static async Task<(long Head, List<WaitingRow> Waiting)> LookAsync(
        NpgsqlBatch writes, short[] shards, CancellationToken cancellationToken)
    {
        writes.BatchCommands.Add(new NpgsqlBatchCommand(OutboxStore.LockFeedSql));
        writes.BatchCommands.Add(new NpgsqlBatchCommand(WaitingSql).Value(shards).Value(ShardMax));
        // The writes before return no rows: the head is the first result.
        await using var reader = await writes.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var head = reader.GetInt64(0);
        await reader.NextResultAsync(cancellationToken);
        var waiting = new List<WaitingRow>();
        while (await reader.ReadAsync(cancellationToken)) waiting.Add(new(reader.GetInt16(0), reader.GetInt64(1), ReadEvent(reader)));
        return (head, waiting);
    }

    private static StagedEvent ReadEvent(NpgsqlDataReader row) => new(
        row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7),
        OutboxRows.ReadHeaders(row.IsDBNull(8) ? null : row.GetString(8)), row.GetFieldValue<byte[]>(9));

    private const string FeedSql = """
        INSERT INTO books.feed (position, event_id, event_type, key, gateway, account, payload, published_at)
        SELECT *, clock_timestamp()
        FROM unnest($1, $2, $3, $4, $5, $6, $7)
        """;
    private const string HeadSql = """
        UPDATE books.feed_head
        SET position = $1
        """;
    // OFFSET 0 keeps the search of each row by itself: see OutboxStore.
    private const string TakeOutSql = """
        DELETE FROM books.outbox AS o
        WHERE o.ctid = ANY (ARRAY(
            SELECT found.ctid
            FROM unnest($1, $2) AS d (shard, id)
            CROSS JOIN LATERAL (
                SELECT w.ctid
                FROM books.outbox AS w
                WHERE w.shard = d.shard AND w.id = d.id
                OFFSET 0) AS found))
        """;

    private Published AddPublish(NpgsqlBatch batch, long head, List<WaitingRow> waiting, IReadOnlyList<StagedEvent> events)
    {
        if (waiting.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TakeOutSql)
                .Column(waiting, row => row.Shard)
                .Column(waiting, row => row.Id));
        IReadOnlyList<StagedEvent> all = waiting.Count == 0 ? events : [.. waiting.Select(row => row.Event), .. events];
        var fed = all.Where(one => one.Topic == StagedTopics.PaymentEvents).ToList();
        if (fed.Count > 0)
        {
            batch.BatchCommands.Add(Feed(new NpgsqlBatchCommand(FeedSql).Value(Positions(head, fed.Count)), fed));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(HeadSql).Value(head + fed.Count));
        }
        log.AddAppend(batch, all);
        return new Published(0, [.. all.CountBy(one => one.Topic)]);
    }

    private static NpgsqlBatchCommand Feed(NpgsqlBatchCommand command, IReadOnlyList<StagedEvent> fed) => command
        .Column(fed, one => one.EventId)
        .Column(fed, one => one.EventType)
        .Column(fed, one => one.Key)
        .Column(fed, one => one.Gateway)
        .Column(fed, one => one.Account)
        .Column(fed, one => one.Payload);

    private static long[] Positions(long head, int count)
    {
        var positions = new long[count];
        for (var i = 0; i < count; i++) positions[i] = head + 1 + i;
        return positions;
    }
}
