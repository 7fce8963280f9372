using Npgsql;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <summary>
/// Publishes in the transaction of the cause, where the log is in the books' own database (docs/decisions/0022):
/// <list type="number">
/// <item>Lock the feed's head. From here to their commits publishers come one after the other.</item>
/// <item>See what waits in the outbox, which the API fills, in the shards concerned: it goes first, so that the events of one key
/// keep their order.</item>
/// <item>Append all of it to the log and the feed, and take it out of the outbox.</item>
/// </list>
/// Nothing is published twice and nothing waits, whoever dies.
/// </summary>
public sealed class JoinedPublication(NpgsqlDataSource database, IJoinedLog log, FeedBell bell)
{
    /// <summary>Of one shard at most in one transaction. Where more waits, the batch stays behind it in the outbox.</summary>
    private const int ShardMax = 200;

    private static readonly short[] allShards = [.. Enumerable.Range(0, OutboxShards.Count).Select(shard => (short)shard)];

    /// <summary>To be awaited before a transaction that publishes is begun.</summary>
    internal ValueTask PrepareAsync(CancellationToken cancellationToken) => log.PrepareAsync(cancellationToken);

    /// <summary>
    /// Runs the writes of a transaction and publishes its events with them. When too much waits in the outbox they are staged
    /// there, too, and the next publisher carries on.
    /// </summary>
    internal async Task<Published> WriteAsync(
        NpgsqlBatch writes, IReadOnlyList<StagedEvent> events, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var shards = events.Select(one => OutboxShards.Of(one.Key)).Distinct().ToArray();
        var (head, waiting) = await LookAsync(writes, shards, cancellationToken);
        await using var batch = new NpgsqlBatch(writes.Connection);
        var isTooMuch = waiting.CountBy(row => row.Shard).Any(shard => shard.Value >= ShardMax);
        var published = isTooMuch ? Stage(batch, events, now) : AddPublish(batch, head, waiting, events);
        await batch.ExecuteNonQueryAsync(cancellationToken);
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
        var published = AddPublish(batch, head, waiting, []);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        Announce();
        return published;
    }

    /// <summary>To be called after the commit.</summary>
    internal void Announce()
    {
        log.Announce();
        bell.Ring();
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

    private static Published Stage(NpgsqlBatch batch, IReadOnlyList<StagedEvent> events, DateTimeOffset now)
    {
        batch.BatchCommands.Add(OutboxRows.Insert(events, now));
        return new Published(events.Count, []);
    }

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
            batch.BatchCommands.Add(new NpgsqlBatchCommand(FeedSql)
                .Value(Positions(head, fed.Count))
                .Column(fed, one => one.EventId)
                .Column(fed, one => one.EventType)
                .Column(fed, one => one.Key)
                .Column(fed, one => one.Gateway)
                .Column(fed, one => one.Account)
                .Column(fed, one => one.Payload));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(HeadSql).Value(head + fed.Count));
        }
        log.AddAppend(batch, all);
        return new Published(0, [.. all.CountBy(one => one.Topic)]);
    }

    private static long[] Positions(long head, int count)
    {
        var positions = new long[count];
        for (var i = 0; i < count; i++) positions[i] = head + 1 + i;
        return positions;
    }
}
