using System.Text.Json;
using Dapper;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>A record, or an event of one, that could not be applied.</summary>
/// <param name="Reason">One of <see cref="QuarantineReasons"/>.</param>
/// <param name="Error">What was wrong, without the body.</param>
/// <param name="RedriveOutcome">Null while it is open; else how a re-drive ended.</param>
public sealed record DeadLetter(
    long Id, string Topic, int Partition, long Offset, string Gateway, string Account, string EventKey, string Reason, string Error,
    int Attempts, DateTimeOffset CreatedAt, int Redrives, DateTimeOffset? RedrivenAt, string? RedriveOutcome)
{
    public bool IsOpen => RedriveOutcome is null;
}

/// <summary>A dead letter with its bytes: everything that is needed to read it again.</summary>
public sealed record DeadLetterContent(
    DeadLetter Letter, string RecordKey, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, DateTimeOffset AppendedAt);

/// <summary>Dead letters: written by <see cref="PaymentStore"/>, looked at and driven again by people.</summary>
public sealed class DeadLetterStore(NpgsqlDataSource database)
{
    private const string Columns = """
        id, topic, "partition", "offset", gateway, account, event_key, reason, error, attempts, created_at,
        redrives, redriven_at, redrive_outcome
        """;

    private const string ListSql = $"""
        SELECT {Columns}
        FROM books.dead_letters
        WHERE id > $1 AND ($2 OR redrive_outcome IS NULL)
        ORDER BY id
        LIMIT $3
        """;

    /// <summary>Dead letters with ids above <paramref name="afterId"/>, oldest first; only open ones unless all are wanted.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ListAsync(long afterId, bool all, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterId });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = all });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(cancellationToken)) letters.Add(Read(reader));
        return letters;
    }

    private const string ShowSql = $"""
        SELECT {Columns}, record_key, headers, body, appended_at
        FROM books.dead_letters
        WHERE id = $1
        """;

    /// <summary>Null when there is no such dead letter.</summary>
    public async Task<DeadLetterContent?> FindAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ShowSql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var headers = JsonSerializer.Deserialize<string[][]>(reader.GetFieldValue<byte[]>(15)) ?? [];
        return new DeadLetterContent(
            Read(reader), reader.GetString(14), [.. headers.Select(header => KeyValuePair.Create(header[0], header[1]))],
            reader.GetFieldValue<byte[]>(16), reader.GetFieldValue<DateTimeOffset>(17));
    }

    private const string CountSql = """
        SELECT count(*)
        FROM books.dead_letters
        WHERE redrive_outcome IS NULL
        """;

    /// <summary>How many are open.</summary>
    public async Task<long> CountOpenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(CountSql, cancellationToken: cancellationToken));
    }

    private const string MarkSql = """
        UPDATE books.dead_letters
        SET redrives = redrives + 1, redriven_at = @Now, redrive_outcome = @Outcome
        WHERE id = @Id
        """;

    /// <summary>Notes how a re-drive ended; null leaves the letter open.</summary>
    public async Task MarkRedrivenAsync(long id, string? outcome, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(MarkSql, new { Id = id, Outcome = outcome, Now = now }, cancellationToken: cancellationToken));
    }

    private static DeadLetter Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3), row.GetString(4), row.GetString(5), row.GetString(6),
        row.GetString(7), row.GetString(8), row.GetInt32(9), row.GetFieldValue<DateTimeOffset>(10), row.GetInt32(11),
        row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12), row.IsDBNull(13) ? null : row.GetString(13));
}
