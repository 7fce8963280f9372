using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// From the bytes of a Stripe event to its facts. The event's type says which object it carries; the object's own status
/// says what is true, because events come late, twice and out of order.
/// </summary>
internal sealed class StripeEvents(string account, StripeOptions options)
{
    private const string ThinEvent = "v2.core.event";

    public WebhookReading Read(ReadOnlyMemory<byte> body)
    {
        using var document = WebhookJson.Parse(body);
        return new WebhookReading([ReadEvent(document.RootElement)]);
    }

    private GatewayEvent ReadEvent(JsonElement root)
    {
        var kind = root.RequiredText("object");
        if (kind is not ("event" or ThinEvent)) throw new UnreadableWebhookException("The body is not an event.");
        RequireOurAccount(root);

        var type = root.RequiredText("type");
        var ignored = WhyIgnored(root);
        return new GatewayEvent
        {
            Key = root.RequiredText("id"),
            Type = type,
            ContentHash = HashOf(type, root),
            Ignored = ignored is not null,
            IgnoredReason = ignored,
            // A thin event has no object to read, only a link to one.
            Facts = ignored is null && kind != ThinEvent ? ReadFacts(StripeEvent.OfWebhook(account, type, root)) : [],
        };
    }

    /// <summary>
    /// Over the type and the raw bytes of <c>data</c>: the rest of the envelope (<c>pending_webhooks</c>) differs between
    /// deliveries of one event.
    /// </summary>
    private static UInt128 HashOf(string type, JsonElement root)
    {
        var data = root.At("data") is { ValueKind: not JsonValueKind.Undefined } full ? full : root.At("related_object");
        return ContentHash.Of(Encoding.UTF8.GetBytes(type), data.Exists() ? JsonMarshal.GetRawUtf8Value(data) : default);
    }

    private void RequireOurAccount(JsonElement root)
    {
        // Thin events name the account that they belong to in "context".
        if (root.Text("account") is { } named && !string.Equals(named, options.AccountId, StringComparison.Ordinal))
            throw new UnreadableWebhookException("The event is of a connected account that is not this one.");
    }

    private string? WhyIgnored(JsonElement root) =>
        options.LiveMode is { } ours && root.Flag("livemode") is { } theirs && ours != theirs
            ? theirs ? "live event at a test account" : "test event at a live account"
            : null;

    private static IReadOnlyList<Fact> ReadFacts(StripeEvent e) => e.Type switch
    {
        _ when e.Type.StartsWith("payment_intent.", StringComparison.Ordinal) => StripePaymentIntents.Read(e),
        _ when e.Type.StartsWith("charge.dispute.", StringComparison.Ordinal) => StripeDisputes.Read(e),
        "charge.refund.updated" => StripeRefunds.Read(e),
        _ when e.Type.StartsWith("refund.", StringComparison.Ordinal) => StripeRefunds.Read(e),
        _ when e.Type.StartsWith("charge.", StringComparison.Ordinal) => StripeCharges.Read(e),
        _ when e.Type.StartsWith("radar.early_fraud_warning.", StringComparison.Ordinal) => StripeFraud.ReadWarning(e),
        "review.opened" or "review.closed" => StripeFraud.ReadReview(e),
        _ when e.Type.StartsWith("payment_method.", StringComparison.Ordinal) => StripePaymentMethods.Read(e),
        _ when e.Type.StartsWith("payout.", StringComparison.Ordinal) => StripePayouts.Read(e),
        // setup_intent.* tells nothing that payment_method.* does not; all else is not about money of a payment.
        _ => [],
    };
}
