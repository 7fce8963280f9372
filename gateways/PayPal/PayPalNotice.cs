using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// What tells of a resource: an event, or the reply to a call of ours. The resource's own status rules over the event's name.
/// </summary>
/// <param name="EventType">Empty for a reply.</param>
/// <param name="ToldAt">ISO 8601: for resources without a time of their own. Read only when it is needed.</param>
internal sealed record PayPalNotice(string Account, string EventType, JsonElement Resource, string? ToldAt)
{
    public static PayPalNotice OfEvent(string account, JsonElement root) =>
        new(account, root.RequiredText("event_type"), root.At("resource"), root.Text("create_time"));

    public static PayPalNotice OfReply(string account, JsonElement resource, DateTimeOffset repliedAt) =>
        new(account, "", resource, repliedAt.ToString("O", CultureInfo.InvariantCulture));

    /// <summary>The last word of the event's name, where the resource has no status: "COMPLETED".</summary>
    public string StatusInName => EventType[(EventType.LastIndexOf('.') + 1)..];

    /// <summary>The resource's own time; the event's where it has none.</summary>
    public DateTimeOffset TimeOf(JsonElement resource)
    {
        var text = resource.Text("update_time") ?? resource.Text("create_time") ?? ToldAt
            ?? throw new UnreadableWebhookException("\"create_time\" is missing.");
        return GatewaySetup.TryParseInstant(text, out var instant)
            ? instant
            : throw new UnreadableWebhookException("A time is no ISO 8601 time with an offset.");
    }

    /// <summary>The status of a v2 resource or the state of a v1 one, in capitals.</summary>
    public string StatusOf(JsonElement resource) =>
        (resource.Text("status") ?? resource.Text("state"))?.ToUpperInvariant() ?? StatusInName;

    /// <param name="named">What holds the shop's names (a unit of an order, a transaction); the resource itself when not given.</param>
    public Fact NewFact(FactKind kind, string id, PayPalReferences references, JsonElement resource, JsonElement? named = null) => new()
    {
        Gateway = "paypal",
        Account = Account,
        Kind = kind,
        Key = FactKey.Of(kind, id),
        Reference = references.Payment,
        Aliases = references.With(PayPalReferences.PaymentIdOf(named ?? resource)).Aliases,
        FoundsPayment = true,
        OccurredAt = TimeOf(resource),
        OrderId = PayPalReferences.OrderIdOf(named ?? resource),
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
