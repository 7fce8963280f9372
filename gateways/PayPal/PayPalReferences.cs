using System.Text.Json;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>The ids that a resource names its payment by: of the order, the authorisation, the capture and the refund.</summary>
/// <param name="Payment">The order where it is named, else the nearest thing to it.</param>
internal sealed record PayPalReferences(string Payment, IReadOnlyList<string> Aliases)
{
    /// <summary>Of an authorisation or a capture; of a v1 sale, whose payment is <c>parent_payment</c>.</summary>
    public static PayPalReferences OfPayment(JsonElement resource, string? order = null, string? authorization = null)
    {
        var related = resource.At("supplementary_data").At("related_ids");
        return Of(
            order ?? related.Text("order_id") ?? resource.Text("parent_payment") ?? UpLink(resource, "/checkout/orders/"),
            authorization ?? AuthorizationOf(resource),
            resource.RequiredText("id"));
    }

    /// <summary>The authorisation that a capture took from; null when there was none.</summary>
    public static string? AuthorizationOf(JsonElement capture) =>
        capture.At("supplementary_data").At("related_ids").Text("authorization_id") ?? UpLink(capture, "/payments/authorizations/");

    /// <summary>Of a refund, which names its capture, by a link, and no order.</summary>
    public static PayPalReferences OfRefund(JsonElement resource, string? order = null, string? capture = null)
    {
        var related = resource.At("supplementary_data").At("related_ids");
        return Of(
            order ?? related.Text("order_id") ?? resource.Text("parent_payment"),
            capture ?? CaptureOf(resource),
            resource.RequiredText("id"));
    }

    /// <summary>The capture that a refund gives back of; null when it does not say.</summary>
    public static string? CaptureOf(JsonElement refund) =>
        refund.At("supplementary_data").At("related_ids").Text("capture_id") ?? refund.Text("sale_id")
        ?? UpLink(refund, "/payments/captures/");

    public static PayPalReferences Of(params ReadOnlySpan<string?> ids)
    {
        var named = new List<string>(ids.Length);
        foreach (var id in ids)
            if (!string.IsNullOrEmpty(id) && !named.Contains(id))
                named.Add(id);
        return new PayPalReferences(named[0], named);
    }

    /// <summary>
    /// The shop's own id of the order, which PayPal hands back. Payments that we made carry our payment id in its place, which
    /// is no order id.
    /// </summary>
    public static string? OrderIdOf(JsonElement named)
    {
        var text = named.Text("custom_id") ?? named.Text("custom");
        return string.IsNullOrEmpty(text) || IsPaymentId(text) ? null : text;
    }

    /// <summary>Our payment id, where we made the payment: so that an event which overtakes our own reply finds it.</summary>
    public static string? PaymentIdOf(JsonElement named)
    {
        foreach (var member in (ReadOnlySpan<string>)["custom_id", "custom", "invoice_id", "invoice_number"])
            if (named.Text(member) is { } text && IsPaymentId(text))
                return text;
        return null;
    }

    public PayPalReferences With(string? alias) =>
        alias is null || Aliases.Contains(alias) ? this : this with { Aliases = [.. Aliases, alias] };

    /// <summary>What keeps the events of one payment together as far as one event can tell; null for nothing.</summary>
    public static string? PartitionOf(JsonElement resource)
    {
        if (resource.ValueKind != JsonValueKind.Object)
            return null;
        var related = resource.At("supplementary_data").At("related_ids");
        return related.Text("order_id")
            ?? resource.Text("order_id")
            ?? resource.Text("parent_payment")
            ?? UpLink(resource, "/checkout/orders/")
            ?? UpLink(resource, "/payments/captures/")
            ?? FirstTransaction(resource)
            ?? resource.At("batch_header").Text("payout_batch_id")
            ?? resource.Text("id");
    }

    private static bool IsPaymentId(string text) => Identifiers.TryParse(Identifiers.PaymentPrefix, text, out _);

    private static string? FirstTransaction(JsonElement resource)
    {
        var transactions = resource.At("disputed_transactions");
        return transactions.ValueKind == JsonValueKind.Array && transactions.GetArrayLength() > 0
            ? transactions[0].Text("seller_transaction_id")
            : null;
    }

    // The last part of the link "up", when it leads to a resource of that kind.
    private static string? UpLink(JsonElement resource, string kind)
    {
        var links = resource.At("links");
        if (links.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var link in links.EnumerateArray())
        {
            if (link.Text("rel") != "up" || link.Text("href") is not { } address)
                continue;
            var start = address.IndexOf(kind, StringComparison.Ordinal);
            if (start >= 0 && address[(start + kind.Length)..] is { Length: > 0 } id && !id.Contains('/', StringComparison.Ordinal))
                return id;
        }
        return null;
    }
}
