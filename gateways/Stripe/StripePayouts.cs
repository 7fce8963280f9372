using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// <c>payout.*</c>: money to our bank, by its status; it may fail after it was paid. A negative one takes money from our
/// bank: it is refused by <see cref="MoneyOf"/> and so quarantined for somebody to look at.
/// </summary>
internal static class StripePayouts
{
    public static IReadOnlyList<Fact> Read(StripeEvent e)
    {
        e.RequireObject("payout");
        var id = e.Object.RequiredText("id");
        FactKind? kind = e.Object.RequiredText("status") switch
        {
            "pending" or "in_transit" => FactKind.PayoutPending,
            "paid" => FactKind.PayoutPaid,
            "failed" or "canceled" => FactKind.PayoutFailed,
            _ => null,
        };
        if (kind is not { } known) return [];
        return [e.Fact(known, FactKey.Of(known, id), id, [id], founds: false) with
        {
            Amount = MoneyOf(e.Object, "amount"),
            Details = new FactDetails
            {
                FailureCode = e.Object.Text("failure_code"),
                Message = e.Object.Text("failure_message"),
                ArrivesAt = InstantOf(e.Object, "arrival_date"),
            },
        }];
    }
}
