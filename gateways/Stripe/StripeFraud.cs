using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>Warnings of the card scheme and reviews by Stripe's risk engine: flags on a payment that move nothing.</summary>
internal static class StripeFraud
{
    public static IReadOnlyList<Fact> ReadWarning(StripeEvent e)
    {
        e.RequireObject("radar.early_fraud_warning");
        return About(e, FactKind.FraudWarning, e.Object.Text("fraud_type"));
    }

    public static IReadOnlyList<Fact> ReadReview(StripeEvent e)
    {
        e.RequireObject("review");
        return e.Object.Flag("open") is true
            ? About(e, FactKind.FraudWarning, e.Object.Text("reason"))
            : About(e, FactKind.Noted, e.Object.Text("closed_reason"));
    }

    private static IReadOnlyList<Fact> About(StripeEvent e, FactKind kind, string? reason)
    {
        var id = e.Object.RequiredText("id");
        var charge = IdOf(e.Object, "charge");
        if ((IdOf(e.Object, "payment_intent") ?? charge) is not { } reference) return [];
        // A warning's or a review's own id names no payment: it is the part, not an alias.
        return [e.Fact(kind, FactKey.Of(kind, id), reference, Aliases(reference, charge), founds: false) with
        {
            PartId = id,
            Details = new FactDetails { Reason = reason },
        }];
    }
}
