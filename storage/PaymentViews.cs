using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Storage.Batches;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>Payments as a caller of the API may see them.</summary>
public sealed class PaymentViews(NpgsqlDataSource database)
{
    private const string FindSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM books.payments AS p
        WHERE p.id = $1 AND (p.gateway, p.account) IN (SELECT * FROM unnest($2, $3))
        """;

    private const string FindByAliasSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM unnest($2, $3) AS visible (gateway, account)
        JOIN books.payment_aliases AS a ON a.gateway = visible.gateway AND a.account = visible.account AND a.alias = $1
        JOIN books.payments AS p ON p.id = a.payment_id
        LIMIT 2
        """;

    /// <summary>Null when there is none, or none that may be seen.</summary>
    public Task<PaymentSnapshot?> FindAsync(Guid paymentId, Visibility visibility, CancellationToken cancellationToken) =>
        OneAsync(FindSql, new NpgsqlParameter<Guid> { TypedValue = paymentId }, visibility, cancellationToken);

    /// <summary>
    /// By our id, or by any id by which a gateway ever named the payment. Null when there is none, or when two gateways use the same.
    /// </summary>
    public Task<PaymentSnapshot?> FindAsync(string name, Visibility visibility, CancellationToken cancellationToken) =>
        Identifiers.TryParse(Identifiers.PaymentPrefix, name, out var paymentId)
            ? FindAsync(paymentId, visibility, cancellationToken)
            : OneAsync(FindByAliasSql, new NpgsqlParameter<string> { TypedValue = name }, visibility, cancellationToken);

    private async Task<PaymentSnapshot?> OneAsync(
        string sql, NpgsqlParameter name, Visibility visibility, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(visibility);
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(name);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. visibility.Accounts.Select(known => known.Gateway)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. visibility.Accounts.Select(known => known.Account)] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        var found = Snapshots.Read(row);
        return await row.ReadAsync(cancellationToken) ? null : found;
    }
}
