using Dapper;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>Counts how often the work on a record was begun or failed; the count outlives the process that the record killed.</summary>
public sealed class AttemptStore(NpgsqlDataSource database)
{
    private const string CountSql = """
        INSERT INTO books.attempts AS a (topic, "partition", "offset", count, updated_at)
        VALUES (@Topic, @Partition, @Offset, 1, @Now)
        ON CONFLICT (topic, "partition", "offset") DO UPDATE
        SET count = a.count + 1, updated_at = excluded.updated_at
        RETURNING count
        """;

    /// <summary>Counts one more and returns how many there are.</summary>
    public async Task<int> CountAsync(string topic, int partition, long offset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            CountSql, new { Topic = topic, Partition = partition, Offset = offset, Now = now }, cancellationToken: cancellationToken));
    }

    private const string ForgetSql = """
        DELETE FROM books.attempts
        WHERE updated_at < @Before
        """;

    /// <summary>Removes counts that nobody touched since; returns how many.</summary>
    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(ForgetSql, new { Before = before }, cancellationToken: cancellationToken));
    }
}
