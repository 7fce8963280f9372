using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>One event, and the resource that it is about. The resource's own status rules over the event's name.</summary>
internal sealed record PayPalNotice(string Account, JsonElement Root, string EventType, JsonElement Resource)
{
    /// <summary>The last word of the event's name, where the resource has no status: "COMPLETED".</summary>
    public string StatusInName => EventType[(EventType.LastIndexOf('.') + 1)..];

    /// <summary>The resource's own time; the event's where it has none.</summary>
    public DateTimeOffset TimeOf(JsonElement resource)
    {
        var text = resource.Text("update_time") ?? resource.Text("create_time") ?? Root.RequiredText("create_time");
        return GatewaySetup.TryParseInstant(text, out var instant)
            ? instant
            : throw new UnreadableWebhookException("A time is no ISO 8601 time with an offset.");
    }

    /// <summary>The status of a v2 resource or the state of a v1 one, in capitals.</summary>
    public string StatusOf(JsonElement resource) =>
        (resource.Text("status") ?? resource.Text("state"))?.ToUpperInvariant() ?? StatusInName;

    /// <summary>The shop's own id of the order, which PayPal hands back.</summary>
    public static string? OrderIdOf(JsonElement resource)
    {
        var text = resource.Text("custom_id") ?? resource.Text("custom");
        return string.IsNullOrEmpty(text) ? null : text;
    }

    public Fact NewFact(FactKind kind, string id, PayPalReferences references, JsonElement resource) => new()
    {
        Gateway = "paypal",
        Account = Account,
        Kind = kind,
        Key = FactKey.Of(kind, id),
        Reference = references.Payment,
        Aliases = references.Aliases,
        FoundsPayment = true,
        OccurredAt = TimeOf(resource),
        OrderId = OrderIdOf(resource),
    };
}

internal static class PayPalMoney
{
    /// <summary>v2 writes currency_code and value, v1 currency and total, or currency and value. Null when absent.</summary>
    public static Money? Money(this JsonElement parent, string name)
    {
        var amount = parent.At(name);
        if (!amount.Exists())
            return null;
        var value = amount.Text("value") ?? amount.RequiredText("total");
        var currency = amount.Text("currency_code") ?? amount.RequiredText("currency");
        try
        {
            return Currencies.FromGatewayDecimal("paypal", value, currency) is { AmountMinor: >= 0 } money
                ? money
                : throw new UnreadableWebhookException($"\"{name}\" is below zero.");
        }
        catch (FormatException problem)
        {
            throw new UnreadableWebhookException($"\"{name}\": {problem.Message}", problem);
        }
    }

    public static Money RequiredMoney(this JsonElement parent, string name) =>
        parent.Money(name) ?? throw new UnreadableWebhookException($"\"{name}\" is missing.");
}
