using Npgsql;
using NpgsqlTypes;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <param name="Epoch">Rises with every change of owner: what was begun under an older one is refused.</param>
public readonly record struct OutboxLease(short Shard, long Epoch);

/// <param name="Headers">JSON: an object of strings; null for none.</param>
public sealed record OutboxMessage(
    short Shard, long Id, string Topic, string Key, string EventId, string EventType, string? Headers, byte[] Payload,
    DateTimeOffset CreatedAt);

/// <param name="Depth">Rows that wait, counted up to 100,000.</param>
/// <param name="OldestAge">By the database's clock; zero when none waits.</param>
public readonly record struct OutboxBacklog(int Depth, TimeSpan OldestAge);

/// <summary>The outbox from the publisher's side: who may publish which shard, what waits there, and what is done.</summary>
public sealed class OutboxStore(NpgsqlDataSource database)
{
    private const string AcquireSql = """
        UPDATE books.outbox_leases AS l
        SET owner = $1,
            epoch = CASE WHEN l.owner = $1 AND l.expires_at > clock_timestamp() THEN l.epoch ELSE l.epoch + 1 END,
            expires_at = clock_timestamp() + $2
        WHERE l.shard IN (
            SELECT shard
            FROM books.outbox_leases
            WHERE owner = $1 OR expires_at < clock_timestamp()
            ORDER BY shard
            FOR UPDATE SKIP LOCKED)
        RETURNING l.shard, l.epoch
        """;

    /// <summary>Renews the leases that the owner has and takes those that ran out. Returns all that it has now.</summary>
    public async Task<IReadOnlyList<OutboxLease>> AcquireAsync(string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AcquireSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = owner });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = duration });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var leases = new List<OutboxLease>();
        while (await reader.ReadAsync(cancellationToken)) leases.Add(new OutboxLease(reader.GetInt16(0), reader.GetInt64(1)));
        return leases;
    }

    private const string ReleaseSql = """
        UPDATE books.outbox_leases
        SET expires_at = '-infinity'
        WHERE owner = $1
        """;

    /// <summary>Lets another publisher take over at once.</summary>
    public async Task ReleaseAsync(string owner, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReleaseSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = owner });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Ids of one key rise with its commits, and a key is in one shard: reading a shard in the order of its ids keeps the
    // order of each key, though ids of different keys may become visible out of order.
    private const string ReadSql = """
        SELECT o.shard, o.id, o.topic, o.key, o.event_id, o.event_type, o.headers, o.payload, o.created_at
        FROM unnest($1) AS s (shard)
        CROSS JOIN LATERAL (
            SELECT *
            FROM books.outbox
            WHERE shard = s.shard
            ORDER BY id
            LIMIT $2) AS o
        ORDER BY o.shard, o.id
        """;

    /// <summary>What waits in these shards, in order, up to <paramref name="maxPerShard"/> each.</summary>
    public async Task<IReadOnlyList<OutboxMessage>> ReadAsync(
        IReadOnlyList<OutboxLease> leases, int maxPerShard, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ReadSql)
            .Value(leases.Select(lease => lease.Shard).ToArray())
            .Value(maxPerShard));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var messages = new List<OutboxMessage>();
        while (await reader.ReadAsync(cancellationToken))
            messages.Add(new OutboxMessage(
                reader.GetInt16(0), reader.GetInt64(1), reader.GetString(2), reader.GetString(3), reader.GetString(4),
                reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetFieldValue<byte[]>(7),
                reader.GetFieldValue<DateTimeOffset>(8)));
        return messages;
    }

    // The lock orders the moves of all publishers: positions are handed out in the order of the commits.
    internal const string LockFeedSql = """
        SELECT position
        FROM books.feed_head
        FOR UPDATE
        """;
    // OFFSET 0 keeps the search of each row by itself. The outbox is mostly empty when it is analysed, so that a plan of the planner's
    // own reads all of it for each row: half a minute with 20,000 rows after an outage.
    private const string MoveSql = """
        WITH published AS (
            DELETE FROM books.outbox AS o
            WHERE o.ctid = ANY (ARRAY(
                SELECT found.ctid
                FROM unnest($1, $2, $3) AS d (shard, id, epoch)
                JOIN books.outbox_leases AS l ON l.shard = d.shard AND l.owner = $4 AND l.epoch = d.epoch
                CROSS JOIN LATERAL (
                    SELECT w.ctid
                    FROM books.outbox AS w
                    WHERE w.shard = d.shard AND w.id = d.id
                    OFFSET 0) AS found))
            RETURNING o.*),
        fed AS (
            INSERT INTO books.feed (position, event_id, event_type, key, gateway, account, payload, published_at)
            SELECT h.position + row_number() OVER (ORDER BY p.shard, p.id),
                p.event_id, p.event_type, p.key, p.gateway, p.account, p.payload, clock_timestamp()
            FROM published AS p
            CROSS JOIN books.feed_head AS h
            WHERE p.topic = $5
            RETURNING position),
        head AS (
            UPDATE books.feed_head
            SET position = position + (SELECT count(*) FROM fed))
        SELECT (SELECT count(*)::integer FROM published), pg_notify($6, '')::text
        """;

    /// <summary>
    /// Moves what the log has now into the feed (<see cref="EventFeed"/>), under the next positions. Fenced: rows of a shard whose
    /// lease was lost stay for its new owner, who publishes them again with the same ids and bytes. Returns how many were moved.
    /// </summary>
    public async Task<int> MoveToFeedAsync(
        string owner, IReadOnlyList<OutboxLease> leases, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken)
    {
        var epochs = leases.ToDictionary(lease => lease.Shard, lease => lease.Epoch);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockFeedSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(MoveSql)
        {
            Parameters =
            {
                new NpgsqlParameter<short[]> { TypedValue = [.. messages.Select(message => message.Shard)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. messages.Select(message => message.Id)] },
                new NpgsqlParameter<long[]> { TypedValue = [.. messages.Select(message => epochs[message.Shard])] },
                new NpgsqlParameter<string> { TypedValue = owner, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string> { TypedValue = StagedTopics.PaymentEvents, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<string> { TypedValue = EventFeed.Channel, NpgsqlDbType = NpgsqlDbType.Text },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt32(0);
    }

    private const string BacklogSql = """
        SELECT
            (SELECT count(*)::integer FROM (SELECT 1 FROM books.outbox LIMIT 100000) AS waiting),
            coalesce((
                SELECT clock_timestamp() - min(o.created_at)
                FROM books.outbox_leases AS l
                CROSS JOIN LATERAL (SELECT created_at FROM books.outbox WHERE shard = l.shard ORDER BY id LIMIT 1) AS o), interval '0')
        """;

    public async Task<OutboxBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(BacklogSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutboxBacklog(reader.GetInt32(0), reader.GetTimeSpan(1));
    }
}
