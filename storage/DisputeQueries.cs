using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>A dispute as the gateways told it.</summary>
/// <param name="Status">Opened, FundsWithdrawn, FundsReinstated, Lost or Won.</param>
/// <param name="OccurredAt">The gateway's time of the newest news.</param>
public sealed record DisputeView(
    Guid Id, Guid PaymentId, string Gateway, string Account, string GatewayDisputeId, Money Amount, OperationStatus Status, string? Reason,
    DateTimeOffset OccurredAt, DateTimeOffset UpdatedAt);

/// <summary>Disputes as callers may see them.</summary>
public sealed class DisputeQueries(NpgsqlDataSource database)
{
    private const string Select = """
        SELECT o.id, p.id, p.gateway, p.account, o.gateway_reference, o.amount, o.currency, o.status, o.reason, o.occurred_at,
            o.recorded_at
        FROM books.operations AS o
        JOIN books.payments AS p ON p.id = o.payment_id
        WHERE o.kind = 'Dispute' AND (p.gateway, p.account) IN (SELECT * FROM unnest($1, $2))
        """;

    private const string GetSql = $"""
        {Select} AND o.id = $3
        """;

    /// <summary>Null when there is none that may be seen.</summary>
    public async Task<DisputeView?> GetAsync(Guid id, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(GetSql).With(visibility).With(id);
        return (await command.ListAsync(Read, cancellationToken)).FirstOrDefault();
    }

    private const string OfPaymentSql = $"""
        {Select} AND o.payment_id = $3
        ORDER BY o.id
        """;

    public async Task<IReadOnlyList<DisputeView>> OfPaymentAsync(
        Guid paymentId, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OfPaymentSql).With(visibility).With(paymentId);
        return await command.ListAsync(Read, cancellationToken);
    }

    private const string ListSql = $"""
        {Select} AND o.id < $3 AND ($4::text IS NULL OR o.status = $4)
        ORDER BY o.id DESC
        LIMIT $5
        """;

    /// <summary>A page, those of the newest payments first.</summary>
    /// <param name="after">The id of the last dispute of the page before; null for the first page.</param>
    public async Task<IReadOnlyList<DisputeView>> ListAsync(
        OperationStatus? status, Guid? after, int limit, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql)
            .With(visibility).With(after ?? Guid.AllBitsSet).With(status?.ToString()).With(limit);
        return await command.ListAsync(Read, cancellationToken);
    }

    private static DisputeView Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetString(4),
        new Money(row.GetInt64(5), PaymentRows.CurrencyOf(row.GetString(6))), Enum.Parse<OperationStatus>(row.GetString(7)), row.Text(8),
        row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10));
}
