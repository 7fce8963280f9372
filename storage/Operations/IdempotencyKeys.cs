using Npgsql;

namespace PaymentPipeline.Storage.Operations;

/// <summary>Callers' keys past their time.</summary>
public sealed class IdempotencyKeys(NpgsqlDataSource database)
{
    // A key without an answer is in flight, however old. Its operation stays in any case.
    private const string ForgetSql = """
        DELETE FROM books.idempotency_keys
        WHERE (principal, key) IN (
            SELECT principal, key
            FROM books.idempotency_keys
            WHERE expires_at <= statement_timestamp() AND status IS NOT NULL
            ORDER BY expires_at
            LIMIT $1
            FOR UPDATE SKIP LOCKED)
        """;

    /// <summary>Removes up to that many keys that are older than 31 days; returns how many.</summary>
    public async Task<int> ForgetAsync(int atMost, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ForgetSql).With(atMost);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
