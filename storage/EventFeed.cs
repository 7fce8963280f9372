using Npgsql;
using NpgsqlTypes;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>What to read of the feed.</summary>
/// <param name="After">The position up to which the reader has seen everything; 0 from the beginning.</param>
/// <param name="Types">Event types; null for all.</param>
/// <param name="Key">The payment id (or user id, for stored ways to pay) of the events; null for all.</param>
public sealed record FeedQuery(Visibility Visibility, long After, int Limit, IReadOnlyList<string>? Types = null, string? Key = null);

/// <param name="Json">The CloudEvent as it was published.</param>
public sealed record FeedEvent(long Position, string Type, byte[] Json);

/// <param name="Next">The position to go on after. It rises over events that the query leaves out.</param>
/// <param name="HasMore">There are positions after <paramref name="Next"/>.</param>
public sealed record FeedPage(IReadOnlyList<FeedEvent> Events, long Next, bool HasMore);

public readonly record struct FeedRange(long Oldest, long Newest);

/// <summary>
/// The published events as one list, the same whichever engine the log has. Positions have no gaps and are in the order of
/// commits, so that a position is a cursor that can skip nothing and repeat nothing.
/// </summary>
public sealed class EventFeed(NpgsqlDataSource database)
{
    /// <summary>PostgreSQL's channel that rings when positions were added.</summary>
    public const string Channel = "event_feed";

    /// <summary>How many positions one read looks at when it searches for a few among many.</summary>
    private const int ScanMax = 20_000;

    private const string RangeSql = """
        SELECT oldest, position
        FROM books.feed_head
        """;

    public async Task<FeedRange> RangeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RangeSql);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new FeedRange(reader.GetInt64(0), reader.GetInt64(1));
    }

    // The head and the events come from one snapshot: all positions up to the head are in it.
    private const string ReadSql = $"""
        {Head}
            WHERE {Wanted}
        {Tail}
        """;
    private const string OfKeySql = $"""
        {Head}
            WHERE key = $6 AND {Wanted}
        {Tail}
        """;
    private const string Head = """
        SELECT h.position, f.position, f.event_type, f.payload
        FROM books.feed_head AS h
        LEFT JOIN LATERAL (
            SELECT position, event_type, payload
            FROM books.feed
        """;
    private const string Wanted = """
        position > $1 AND position <= least(h.position, $1 + $5)
                AND (gateway || '/' || account) = ANY ($3) AND ($4::text[] IS NULL OR event_type = ANY ($4))
        """;
    private const string Tail = """
            ORDER BY position
            LIMIT $2) AS f ON true
        ORDER BY f.position
        """;

    public async Task<FeedPage> ReadAsync(FeedQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        // The index of keys finds a payment's events wherever they are.
        var scan = query.Key is null ? ScanMax : long.MaxValue - query.After;
        var command = new NpgsqlBatchCommand(query.Key is null ? ReadSql : OfKeySql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = query.After });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = query.Limit });
        command.Parameters.Add(new NpgsqlParameter<string[]>
        {
            TypedValue = [.. query.Visibility.Accounts.Select(account => $"{account.Gateway}/{account.Account}")],
        });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = query.Types is { } types ? types.ToArray() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scan });
        if (query.Key is { } key) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });

        var events = new List<FeedEvent>();
        var head = query.After;
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(IndexWalk.SettingsSql));
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            head = reader.GetInt64(0);
            if (!reader.IsDBNull(1)) events.Add(new FeedEvent(reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3)));
        }

        // A full page ends at its last event; any other has looked at everything up to the end of its scan.
        var looked = head - query.After > scan ? query.After + scan : Math.Max(head, query.After);
        var next = events.Count == query.Limit ? events[^1].Position : looked;
        return new FeedPage(events, next, next < head);
    }

    // In slices under the head's lock, so that neither readers nor publishers see a list with a hole.
    private const string ForgetSql = """
        WITH gone AS (
            DELETE FROM books.feed AS f
            USING books.feed_head AS h
            WHERE f.position >= h.oldest AND f.position < h.oldest + $2 AND f.published_at < $1
            RETURNING f.position)
        UPDATE books.feed_head
        SET oldest = greatest(oldest, (SELECT max(position) + 1 FROM gone))
        WHERE EXISTS (SELECT 1 FROM gone)
        """;

    /// <summary>
    /// Takes the oldest events out, up to <paramref name="atMost"/>; returns whether there were any. A cursor that stood before them is
    /// refused from then on.
    /// </summary>
    public async Task<bool> ForgetAsync(DateTimeOffset before, int atMost, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OutboxStore.LockFeedSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ForgetSql)
        {
            Parameters =
            {
                new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime },
                new NpgsqlParameter<int> { TypedValue = atMost },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return batch.BatchCommands[1].RecordsAffected > 0;
    }
}
