using Dapper;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>Which of the facts that wait can be settled; <see cref="PaymentStore.SettleParkedAsync"/> settles them.</summary>
public sealed class ParkedStore(NpgsqlDataSource database)
{
    // Two workers can pass each other: one parks a fact while the other founds its payment, and neither sees the other.
    private const string ResolvableSql = """
        SELECT DISTINCT p.parked_id
        FROM books.parked_aliases AS p
        JOIN books.payment_aliases AS a ON a.gateway = p.gateway AND a.account = p.account AND a.alias = p.alias
        ORDER BY p.parked_id
        LIMIT @Limit
        """;

    /// <summary>Facts whose payment is known although they wait.</summary>
    public Task<long[]> FindResolvableAsync(int limit, CancellationToken cancellationToken) =>
        IdsAsync(ResolvableSql, new { Limit = limit }, cancellationToken);

    private const string OverdueSql = """
        SELECT id
        FROM books.parked
        WHERE resolved_at IS NULL AND deadline <= @Now
        ORDER BY deadline, id
        LIMIT @Limit
        """;

    /// <summary>Facts that waited long enough.</summary>
    public Task<long[]> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        IdsAsync(OverdueSql, new { Now = now, Limit = limit }, cancellationToken);

    private const string CountSql = """
        SELECT count(*)
        FROM books.parked
        WHERE resolved_at IS NULL
        """;

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(CountSql, cancellationToken: cancellationToken));
    }

    private const string ForgetSql = """
        DELETE FROM books.parked
        WHERE id IN (SELECT id FROM books.parked WHERE resolved_at < @Before ORDER BY id LIMIT @AtMost)
        """;

    /// <summary>Takes facts out that were settled before the time; returns how many.</summary>
    public async Task<int> ForgetAsync(DateTimeOffset before, int atMost, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(
            new CommandDefinition(ForgetSql, new { Before = before.UtcDateTime, AtMost = atMost }, cancellationToken: cancellationToken));
    }

    private async Task<long[]> IdsAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<long>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))];
    }
}
