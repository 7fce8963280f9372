using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>One event while it is read: its envelope, and the facts' common members made from its object.</summary>
internal readonly struct StripeEvent
{
    /// <summary>Where in an object's metadata our id of the payment stands.</summary>
    public const string PaymentIdName = "payment_id";

    private StripeEvent(string account, string type, JsonElement told, JsonElement previous, DateTimeOffset created)
    {
        Account = account;
        Type = type;
        Object = told;
        Previous = previous;
        Created = created;
    }

    public static StripeEvent OfWebhook(string account, string type, JsonElement root)
    {
        var data = root.At("data");
        var created = InstantOf(root, "created") ?? throw new UnreadableWebhookException("\"created\" is missing.");
        return new StripeEvent(account, type, data.At("object"), data.At("previous_attributes"), created);
    }

    /// <summary>An object in a reply of the API, read as if an event of that type carried it.</summary>
    /// <param name="answeredAt">By Stripe's clock.</param>
    public static StripeEvent OfReply(string account, string type, JsonElement told, DateTimeOffset answeredAt) =>
        new(account, type, told, default, answeredAt);

    public string Account { get; }
    public string Type { get; }

    /// <summary>When Stripe made the event, or answered, in whole seconds.</summary>
    public DateTimeOffset Created { get; }

    public JsonElement Object { get; }

    /// <summary>Of an event about a change: what the changed members were before.</summary>
    public JsonElement Previous { get; }

    public void RequireObject(string kind)
    {
        if (Object.Text("object") != kind) throw new UnreadableWebhookException($"{Type} does not carry a {kind}.");
    }

    /// <summary>Names one occurrence of something that can happen again: <c>pi_1@1793260800</c>.</summary>
    public string Occurrence(string id) => $"{id}@{Created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";

    public Fact Fact(FactKind kind, FactKey key, string reference, IReadOnlyList<string> aliases, bool founds) => new()
    {
        Gateway = StripeGateway.GatewayName,
        Account = Account,
        Kind = kind,
        Key = key,
        Reference = reference,
        Aliases = aliases,
        FoundsPayment = founds,
        OccurredAt = Created,
        OrderId = Object.At("metadata").Text("order_id"),
        UserId = Object.At("metadata").Text("user_id"),
    };

    /// <summary>An id, or the id of the object where Stripe was asked to expand it; null when absent.</summary>
    public static string? IdOf(JsonElement parent, string name)
    {
        var member = parent.At(name);
        return member.ValueKind == JsonValueKind.Object ? member.Text("id") : parent.Text(name);
    }

    /// <summary>
    /// Those ids, and our own id of the payment where the API gave it along: it lets an event that overtakes the API's reply find the
    /// payment. Whatever else stands in its place is ignored: the metadata are the shop's to write.
    /// </summary>
    public string[] PaymentAliases(params ReadOnlySpan<string?> ids) => Aliases([.. ids, OurPaymentIdOf(Object)]);

    /// <summary>Our id of the payment in an object's metadata; null where there is none, or something else of that name.</summary>
    public static string? OurPaymentIdOf(JsonElement told)
    {
        var text = told.At("metadata").Text(PaymentIdName);
        return text is not null && Identifiers.TryParse(Identifiers.PaymentPrefix, text, out _) ? text : null;
    }

    public static string[] Aliases(params ReadOnlySpan<string?> ids)
    {
        var aliases = new List<string>(ids.Length);
        foreach (var id in ids)
            if (id is { Length: > 0 } && !aliases.Contains(id)) aliases.Add(id);
        return [.. aliases];
    }

    /// <summary>An amount that must be there, not negative, in the object's currency, as ISO 4217 minor units.</summary>
    public static Money MoneyOf(JsonElement parent, string name) =>
        MoneyOrNull(parent, name) ?? throw new UnreadableWebhookException($"\"{name}\" is missing.");

    public static Money? MoneyOrNull(JsonElement parent, string name)
    {
        parent.RequireUnambiguous(name);
        if (parent.Integer(name) is not { } amount) return null;
        if (amount < 0) throw new UnreadableWebhookException($"\"{name}\" is negative.");
        parent.RequireUnambiguous("currency");
        try
        {
            return Currencies.FromGatewayMinor(StripeGateway.GatewayName, amount, parent.RequiredText("currency"));
        }
        catch (FormatException problem)
        {
            throw new UnreadableWebhookException($"\"{name}\": {problem.Message}", problem);
        }
    }

    public static DateTimeOffset? InstantOf(JsonElement parent, string name)
    {
        // Thin events write ISO 8601 here; nothing is read from them beyond the envelope.
        if (parent.Integer(name) is not { } seconds) return null;
        return seconds is >= 0 and <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new UnreadableWebhookException($"\"{name}\" is no time.");
    }
}
