using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// <c>charge.dispute.*</c>. Each event tells the whole story so far, from the dispute's status and not from the event's
/// name: a dispute that we first hear of when it closes has been opened too.
/// </summary>
internal static class StripeDisputes
{
    public static IReadOnlyList<Fact> Read(StripeEvent e)
    {
        e.RequireObject("dispute");
        var charge = IdOf(e.Object, "charge");
        var reference = IdOf(e.Object, "payment_intent") ?? charge ?? throw new UnreadableWebhookException("The dispute names no payment.");

        var facts = new List<Fact>();
        foreach (var kind in KindsOf(e)) facts.Add(Fact(e, kind, reference, charge));
        if (DisputeFee(e, reference, charge) is { } fee) facts.Add(fee);
        return facts;
    }

    private static FactKind[] KindsOf(StripeEvent e)
    {
        var status = e.Object.RequiredText("status");
        return status switch
        {
            "lost" => [FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn, FactKind.DisputeLost],
            // An inquiry that ended, or a claim that was averted, took nothing: for us the same as won.
            "won" or "warning_closed" or "prevented" => [FactKind.DisputeOpened, FactKind.DisputeWon],
            _ when e.Type == "charge.dispute.funds_reinstated" =>
                [FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn, FactKind.DisputeFundsReinstated],
            _ when e.Type == "charge.dispute.funds_withdrawn" => [FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn],
            "needs_response" or "under_review" or "appeal_needs_response" or "appeal_under_review" =>
                [FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn],
            // warning_needs_response, warning_under_review, and what Stripe adds later: no word of money.
            _ => [FactKind.DisputeOpened],
        };
    }

    private static Fact Fact(StripeEvent e, FactKind kind, string reference, string? charge)
    {
        var id = e.Object.RequiredText("id");
        var fact = e.Fact(kind, FactKey.Of(kind, id), reference, Aliases(reference, charge, id), founds: false) with
        {
            PartId = id,
            Amount = MoneyOf(e.Object, "amount"),
            Details = new FactDetails { Reason = e.Object.Text("reason") },
        };
        return kind is FactKind.DisputeOpened && InstantOf(e.Object, "created") is { } opened ? fact with { OccurredAt = opened } : fact;
    }

    /// <summary>What Stripe keeps for the trouble, in the currency of our balance, which need not be the payment's.</summary>
    private static Fact? DisputeFee(StripeEvent e, string reference, string? charge)
    {
        var transactions = e.Object.At("balance_transactions");
        if (transactions.ValueKind != JsonValueKind.Array) return null;

        Money? fee = null;
        foreach (var transaction in transactions.EnumerateArray())
        {
            // Below zero when Stripe gives a fee back; the first figure stands.
            if (transaction.Integer("fee") is not > 0) continue;
            var part = MoneyOf(transaction, "fee");
            if (fee is null) fee = part;
            else if (fee.Value.Currency == part.Currency)
                fee = part with { AmountMinor = checked(fee.Value.AmountMinor + part.AmountMinor) };
        }

        if (fee is null) return null;
        var id = e.Object.RequiredText("id");
        return e.Fact(FactKind.Fee, FactKey.Of(FactKind.Fee, id), reference, Aliases(reference, charge, id), founds: false) with
        {
            PartId = id,
            Amount = fee,
            Details = new FactDetails { Reason = "dispute" },
        };
    }
}
