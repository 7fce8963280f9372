using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Payments;

/// <summary>Everything financial about a payment, oldest first.</summary>
internal sealed record TransactionList(IReadOnlyList<TransactionResource> Transactions, IReadOnlyList<MovementResource> Movements);

/// <param name="Type">capture, refund, void, dispute or fee.</param>
/// <param name="Status">pending, succeeded, failed, opened, fundsWithdrawn, fundsReinstated, lost or won.</param>
/// <param name="Amount">Minor units.</param>
internal sealed record TransactionResource(
    string Id, string Type, string Status, long Amount, string Currency, string GatewayReference, string? Reason,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt);

/// <summary>A line of the journal: the amount enters the debited and leaves the credited account.</summary>
internal sealed record MovementResource(
    string Type, string Debit, string Credit, long Amount, string Currency, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt);

/// <summary><c>GET /v1/payments/{id}/transactions</c></summary>
internal sealed class GetTransactions(TenantAccounts accounts, PaymentHistory history)
{
    public async Task<IResult> HandleAsync(string id, Caller caller, CancellationToken cancellationToken)
    {
        var paymentId = PaymentIds.Parse(id);
        var found = await history.TransactionsAsync(paymentId, accounts.VisibilityOf(caller), cancellationToken);
        if (found is null) return Problems.NotFound.ToResult();
        var list = new TransactionList(
            [.. found.Parts.Select(part => new TransactionResource(
                Identifiers.Format(PrefixOf(part.Kind), part.Id), Word(part.Kind.ToString()), Word(part.Status.ToString()),
                part.Amount.AmountMinor, part.Amount.Currency.Code, part.GatewayReference, part.Reason, part.OccurredAt, part.RecordedAt))],
            [.. found.Movements.Select(moved => new MovementResource(
                moved.Kind, moved.Debit, moved.Credit, moved.Amount.AmountMinor, moved.Amount.Currency.Code, moved.OccurredAt,
                moved.RecordedAt))]);
        return Results.Json(list, AnswerJson.Default.TransactionList);
    }

    private static string PrefixOf(OperationKind kind) => kind switch
    {
        OperationKind.Capture => Identifiers.CapturePrefix,
        OperationKind.Refund => Identifiers.RefundPrefix,
        OperationKind.Dispute => Identifiers.DisputePrefix,
        _ => Identifiers.OperationPrefix,
    };

    private static string Word(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
