using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What orders say. A completed order does not mean money: its captures do.</summary>
internal static class PayPalOrderFacts
{
    public static IReadOnlyList<Fact> Of(PayPalNotice notice)
    {
        var order = notice.Resource;
        return notice.StatusOf(order) switch
        {
            "CREATED" or "SAVED" or "APPROVED" or "PAYER_ACTION_REQUIRED" => [ToAct(notice, order)],
            "VOIDED" => [Voided(notice, order, order.RequiredText("id"))],
            "COMPLETED" => InsideOf(notice, order),
            _ => [],
        };
    }

    /// <summary>The payer took the approval back before anything was captured. The resource has no id but <c>order_id</c>.</summary>
    public static Fact ApprovalReversed(PayPalNotice notice) =>
        Voided(notice, notice.Resource, notice.Resource.RequiredText("order_id"));

    private static Fact ToAct(PayPalNotice notice, JsonElement order)
    {
        var id = order.RequiredText("id");
        var amount = Total(order);
        return notice.NewFact(FactKind.RequiresAction, id, PayPalReferences.Of(id), order, NamedUnit(order)) with
        {
            Amount = amount,
            PaymentAmount = amount,
            Details = new FactDetails { NextActionType = NextAction(notice, order) },
        };
    }

    // An approved order waits for us, the merchant.
    private static string NextAction(PayPalNotice notice, JsonElement order)
    {
        if (notice.StatusOf(order) != "APPROVED")
            return "payer_action";
        return order.Text("intent") == "AUTHORIZE" ? "authorize" : "capture";
    }

    private static Fact Voided(PayPalNotice notice, JsonElement order, string id) =>
        notice.NewFact(FactKind.Voided, id, PayPalReferences.Of(id), order, NamedUnit(order)) with
        {
            PartId = id,
            PaymentAmount = Total(order),
        };

    private static List<Fact> InsideOf(PayPalNotice notice, JsonElement order)
    {
        var id = order.RequiredText("id");
        var facts = new List<Fact>();
        foreach (var unit in PayPalOrder.Units(order))
        {
            foreach (var authorization in PayPalOrder.Authorizations(unit))
                facts.AddRange(PayPalPaymentFacts.OfAuthorization(notice, authorization, id));

            // Captures of an authorisation are measured by it; the others by the whole order.
            var whole = order.Text("intent") == "CAPTURE" ? Total(order) : null;
            foreach (var capture in PayPalOrder.Captures(unit))
                facts.AddRange(PayPalPaymentFacts.OfCapture(notice, capture, id, whole));
        }
        return AuthenticationOf(order) is { } authentication
            ? [.. facts.Select(fact => fact with { Details = fact.Details with { Message = authentication } })]
            : facts;
    }

    /// <summary>What 3-D Secure came to: who bears the loss of a fraud, and what the issuer said. Null where there was none.</summary>
    private static string? AuthenticationOf(JsonElement order)
    {
        var result = order.At("payment_source").At("card").At("authentication_result");
        if (!result.Exists())
            return null;
        var secure = result.At("three_d_secure");
        var (shift, enrolled) = (result.Text("liability_shift"), secure.Text("enrollment_status"));
        var authenticated = secure.Text("authentication_status");
        return $"3-D Secure: liability shift {shift ?? "unknown"}, enrolled {enrolled ?? "unknown"}, "
            + $"authenticated {authenticated ?? "unknown"}";
    }

    // The first unit that carries a name of the shop's, or the order.
    private static JsonElement NamedUnit(JsonElement order)
    {
        foreach (var unit in PayPalOrder.Units(order))
            if (PayPalReferences.OrderIdOf(unit) is not null || PayPalReferences.PaymentIdOf(unit) is not null)
                return unit;
        return order;
    }

    /// <summary>What all units come to; null without units.</summary>
    public static Money? Total(JsonElement order)
    {
        Money? total = null;
        foreach (var unit in PayPalOrder.Units(order))
        {
            var amount = unit.RequiredMoney("amount");
            if (total is { } sum && sum.Currency != amount.Currency)
                throw new UnreadableWebhookException("The units of the order are in different currencies.");
            total = amount with { AmountMinor = checked(amount.AmountMinor + (total?.AmountMinor ?? 0)) };
        }
        return total;
    }
}
