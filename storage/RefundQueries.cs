using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>A refund, asked for through the API or made at the gateway.</summary>
/// <param name="Id">Of the API's operation; of a refund made at the gateway, the one derived from its gateway id.</param>
/// <param name="Status">Pending, Succeeded or Failed.</param>
/// <param name="IsOurs">The API asked for it.</param>
/// <param name="FailureCode">Ours where the API knows; null for none.</param>
public sealed record RefundView(
    Guid Id, Guid PaymentId, string Gateway, string Account, Money Amount, OperationStatus Status, string? Reason, string? GatewayReference,
    string? FailureCode, string? FailureMessage, bool IsOurs, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Refunds as callers may see them.</summary>
public sealed class RefundQueries(NpgsqlDataSource database)
{
    // What the API asked for, joined with what gateways told of; whichever knows more wins: the facts over our own state.
    private const string RefundsSql = """
        SELECT coalesce(a.id, o.id), p.id, p.gateway, p.account, coalesce(o.amount, a.amount), coalesce(o.currency, a.currency),
            o.status, a.state, coalesce(a.reason, o.reason), coalesce(o.gateway_reference, a.gateway_reference),
            a.failure_code, a.failure_message, a.id IS NOT NULL, coalesce(a.started_at, o.occurred_at),
            greatest(a.updated_at, o.recorded_at), o.id
        FROM (SELECT * FROM books.api_operations WHERE payment_id = $1 AND kind = 'Refund') AS a
        FULL JOIN (SELECT * FROM books.operations WHERE payment_id = $1 AND kind = 'Refund') AS o
            ON o.gateway_reference = a.gateway_reference
        JOIN books.payments AS p ON p.id = $1 AND (p.gateway, p.account) IN (SELECT * FROM unnest($2, $3))
        ORDER BY 14, 1
        """;

    /// <summary>All refunds of a payment, oldest first; none when the payment is not there or not the caller's.</summary>
    public async Task<IReadOnlyList<RefundView>> OfPaymentAsync(
        Guid paymentId, Visibility visibility, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(paymentId, visibility, cancellationToken)).Select(found => found.View)];

    private const string PaymentSql = """
        SELECT payment_id FROM books.api_operations WHERE id = $1 AND kind = 'Refund'
        UNION ALL
        SELECT payment_id FROM books.operations WHERE id = $1 AND kind = 'Refund'
        """;

    /// <summary>By the id of the operation, or by the id that events give it. Null when there is none that may be seen.</summary>
    public async Task<RefundView?> GetAsync(Guid id, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PaymentSql).With(id);
        if (await command.ExecuteScalarAsync(cancellationToken) is not Guid paymentId) return null;
        return (await ReadAsync(paymentId, visibility, cancellationToken)).Find(found => found.View.Id == id || found.ToldId == id).View;
    }

    private async Task<List<(RefundView View, Guid? ToldId)>> ReadAsync(
        Guid paymentId, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RefundsSql).With(paymentId).With(visibility);
        return await command.ListAsync(row => (Read(row), row.IsDBNull(15) ? (Guid?)null : row.GetGuid(15)), cancellationToken);
    }

    private static RefundView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3),
        new Money(row.GetInt64(4), PaymentRows.CurrencyOf(row.GetString(5))),
        row.Text(6) is { } told ? Enum.Parse<OperationStatus>(told) : StatusOf(Enum.Parse<ApiOperationState>(row.GetString(7))),
        row.Text(8), row.Text(9), row.Text(10), row.Text(11), row.GetBoolean(12),
        row.GetFieldValue<DateTimeOffset>(13), row.GetFieldValue<DateTimeOffset>(14));

    private static OperationStatus StatusOf(ApiOperationState state) => state switch
    {
        ApiOperationState.Succeeded => OperationStatus.Succeeded,
        ApiOperationState.Failed => OperationStatus.Failed,
        _ => OperationStatus.Pending,
    };
}
