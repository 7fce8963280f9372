using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

/// <summary>
/// The state of a payment after an event. An event about a part presupposes its payment: authorised, and for refunds and
/// disputes captured. Its size is what earlier events say, else what the event itself says, else the part's amount, or twice
/// that where the expected state says that the part is not the whole.
/// </summary>
internal static class PresupposedPayment
{
    public static (string Status, IReadOnlyCollection<Operation> Operations) After(
        IReadOnlyList<Fact> earlier, IReadOnlyList<Fact> facts, string expectedState)
    {
        List<Fact> all = [.. earlier, .. Presupposed(earlier, facts, expectedState), .. facts];
        var payment = Payment.New(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), all[0], PaymentOrigin.External);
        var operations = new Dictionary<(OperationKind, string), Operation>();
        foreach (var fact in all.Where(fact => fact.Kind < FactKind.PayoutPending))
        {
            var result = PaymentFold.Apply(payment, fact);
            payment = result.Payment;
            foreach (var operation in result.ChangedOperations) operations[(operation.Kind, operation.GatewayReference)] = operation;
        }

        return (PaymentStatusNames.Of(payment.Status), operations.Values);
    }

    private static IEnumerable<Fact> Presupposed(IReadOnlyList<Fact> earlier, IReadOnlyList<Fact> facts, string expectedState)
    {
        var about = facts.FirstOrDefault(fact => !fact.FoundsPayment || NeedsCapture(fact.Kind));
        if (about is null || (about.PaymentAmount ?? about.Amount) is not { } known) yield break;
        var twice = about.PaymentAmount is null && expectedState.StartsWith("PARTIALLY_", StringComparison.Ordinal);
        var whole = new Money(twice ? known.AmountMinor * 2 : known.AmountMinor, known.Currency);

        if (!earlier.Any(fact => fact.Kind is FactKind.Authorized or FactKind.Captured))
            yield return Total(about, FactKind.Authorized, whole);
        if (NeedsCapture(about.Kind) && earlier.All(fact => fact.Kind != FactKind.Captured))
            yield return Total(about, FactKind.Captured, whole) with { IsCumulative = true };
    }

    private static bool NeedsCapture(FactKind kind) =>
        kind is >= FactKind.RefundPending and <= FactKind.DisputeWon or FactKind.FraudWarning;

    private static Fact Total(Fact about, FactKind kind, Money amount) => new()
    {
        Gateway = about.Gateway,
        Account = about.Account,
        Kind = kind,
        Key = FactKey.Total(kind, amount.AmountMinor),
        Reference = about.Reference,
        Aliases = [about.Reference],
        FoundsPayment = true,
        OccurredAt = about.OccurredAt.AddDays(-1),
        Amount = amount,
    };
}
