using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <summary>Reads that decide nothing: for the API, for operations and for tests.</summary>
public sealed class PaymentQueries(NpgsqlDataSource database)
{
    private const string ByIdSql = $"""
        SELECT {PaymentRows.Columns}
        FROM books.payments AS p
        WHERE p.id = $1
        """;

    /// <summary>Null when there is none.</summary>
    public Task<Payment?> GetAsync(Guid id, CancellationToken cancellationToken) =>
        OneAsync(ByIdSql, [new NpgsqlParameter<Guid> { TypedValue = id }], cancellationToken);

    private const string ByAliasSql = $"""
        SELECT {PaymentRows.Columns}
        FROM books.payment_aliases AS a
        JOIN books.payments AS p ON p.id = a.payment_id
        WHERE a.gateway = $1 AND a.account = $2 AND a.alias = $3
        """;

    /// <summary>Any id by which the gateway ever named the payment finds it. Null when none does.</summary>
    public Task<Payment?> FindAsync(string gateway, string account, string alias, CancellationToken cancellationToken) =>
        OneAsync(ByAliasSql,
            [
                new NpgsqlParameter<string> { TypedValue = gateway },
                new NpgsqlParameter<string> { TypedValue = account },
                new NpgsqlParameter<string> { TypedValue = alias },
            ], cancellationToken);

    private const string AliasesSql = """
        SELECT alias
        FROM books.payment_aliases
        WHERE payment_id = $1
        ORDER BY alias
        """;

    /// <summary>Every id by which a gateway ever named the payment, our own (<c>pay_…</c>) among them.</summary>
    public async Task<IReadOnlyList<string>> AliasesAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AliasesSql).With(paymentId);
        return await command.ListAsync(row => row.GetString(0), cancellationToken);
    }

    private async Task<Payment?> OneAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? PaymentRows.Read(reader) : null;
    }
}
