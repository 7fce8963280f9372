using System.Text.Json;
using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Gateways.Stripe.StripeEvent;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary><c>payment_method.*</c>: a stored way to pay and whose it is. A detached one names its owner in what was before.</summary>
internal static class StripePaymentMethods
{
    public static IReadOnlyList<Fact> Read(StripeEvent e)
    {
        e.RequireObject("payment_method");
        var id = e.Object.RequiredText("id");
        return e.Type switch
        {
            "payment_method.attached" => [Fact(e, FactKind.PaymentMethodAttached, id, id)],
            "payment_method.detached" => [Fact(e, FactKind.PaymentMethodDetached, id, id)],
            "payment_method.updated" or "payment_method.automatically_updated" =>
                [Fact(e, FactKind.PaymentMethodUpdated, id, e.Occurrence(id))],
            _ => [],
        };
    }

    private static Fact Fact(StripeEvent e, FactKind kind, string id, string occurrence)
    {
        var fact = e.Fact(kind, FactKey.Of(kind, occurrence), id, [id], founds: false);
        return fact with
        {
            UserId = fact.UserId ?? IdOf(e.Object, "customer") ?? IdOf(e.Previous, "customer"),
            Details = Details(e.Object),
        };
    }

    private static FactDetails Details(JsonElement method)
    {
        var type = method.Text("type");
        var means = type is null ? default : method.At(type);
        return new FactDetails
        {
            Brand = means.Text("brand") ?? type,
            Last4 = means.Text("last4"),
            ExpiryMonth = means.Integer("exp_month") is { } month and >= 1 and <= 12 ? (int)month : null,
            ExpiryYear = means.Integer("exp_year") is { } year and >= 2000 and <= 9999 ? (int)year : null,
        };
    }
}
