using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary><c>refund.*</c> and <c>charge.refund.updated</c>, which tell the same: one refund as it stands.</summary>
internal static class StripeRefunds
{
    public static IReadOnlyList<Fact> Read(StripeEvent e)
    {
        e.RequireObject("refund");
        var id = e.Object.RequiredText("id");
        var charge = IdOf(e.Object, "charge");
        // A refund to a customer's balance names neither; it is no refund of a payment.
        if ((IdOf(e.Object, "payment_intent") ?? charge) is not { } reference) return [];

        var kind = e.Object.Text("status") switch
        {
            "pending" or "requires_action" => FactKind.RefundPending,
            "succeeded" => FactKind.RefundSucceeded,
            "failed" or "canceled" => FactKind.RefundFailed,
            _ => FactKind.Noted,
        };
        var fact = e.Fact(kind, FactKey.Of(kind, id), reference, e.PaymentAliases(reference, charge, id), founds: false);
        return [fact with
        {
            PartId = id,
            Amount = MoneyOf(e.Object, "amount"),
            Details = new FactDetails { Reason = e.Object.Text("reason"), FailureCode = e.Object.Text("failure_reason") },
        }];
    }
}
