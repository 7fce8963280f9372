using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways;

/// <summary>
/// What a gateway must have to be registered: a check of authenticity over the raw bytes, and a reader from bytes to
/// facts. A gateway without a check cannot exist, because there is no other way to make this type.
/// </summary>
public interface IWebhookGateway
{
    /// <summary>Lower case, as in <c>/webhooks/{name}</c> and in the topic <c>webhooks.{name}</c>.</summary>
    string Name { get; }

    /// <summary>Our names of the configured accounts; "default" is the one without a name in the URL.</summary>
    IReadOnlyCollection<string> Accounts { get; }

    /// <summary>The body of the 200 that this gateway wants to read; empty for most. Adyen: <c>[accepted]</c>.</summary>
    ReadOnlyMemory<byte> Acknowledgement => ReadOnlyMemory<byte>.Empty;

    /// <summary>
    /// Says whether the request is authentic. Never throws for what a stranger can send. Completes synchronously
    /// unless a certificate has to be fetched.
    /// </summary>
    ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a stored, authentic webhook into events and their facts. Pure. Throws <see cref="UnreadableWebhookException"/>
    /// when the bytes cannot be understood: the record is then quarantined with the message as the reason.
    /// An unknown event type is no error: it is an event without facts.
    /// </summary>
    WebhookReading Read(StoredWebhook webhook);
}

/// <summary>One request as it came: raw bytes, never re-encoded. Valid only during the call.</summary>
public readonly struct WebhookRequest(string account, ReadOnlyMemory<byte> body, IWebhookHeaders headers)
{
    public string Account { get; } = account;
    public ReadOnlyMemory<byte> Body { get; } = body;
    public IWebhookHeaders Headers { get; } = headers;
}

/// <summary>The request's headers, whatever server read them. Names are compared without case.</summary>
public interface IWebhookHeaders
{
    /// <summary>How many lines of that name came; <paramref name="value"/> is the first, or empty.</summary>
    int Get(string name, out string value);
}

public enum WebhookVerdictKind
{
    /// <summary>The default, so that a forgotten verdict refuses. Answered 401 without detail.</summary>
    NotAuthentic = 0,

    /// <summary>Answered 400: it is so malformed that it cannot be judged (empty, no items, wrong types).</summary>
    Malformed,

    /// <summary>Answered 413: more items than we take in one request.</summary>
    TooManyItems,

    /// <summary>What is needed to judge cannot be had now (a certificate): answered 503, the gateway sends again.</summary>
    Unavailable,

    Authentic,
}

/// <summary>The outcome of <see cref="IWebhookGateway.VerifyAsync"/>. <c>default</c> refuses.</summary>
public readonly record struct WebhookVerdict
{
    public WebhookVerdictKind Kind { get; private init; }

    /// <summary>For metrics and logs, from a small closed set ("signature_mismatch"); never sent to the caller.</summary>
    public string? Reason { get; private init; }

    /// <summary>Which secret matched, by its position and never its value: "secret-0". Set when authentic.</summary>
    public string? SecretId { get; private init; }

    /// <summary>The gateway's id of the (first) event, the dedupe key; empty when the signed body has none.</summary>
    public string EventKey { get; private init; }

    /// <summary>What keeps the events of one payment in one partition: the payment's reference, else the event key.</summary>
    public string PartitionKey { get; private init; }

    /// <summary>The gateway's id of this delivery where it signs one (PayPal's transmission id); else null.</summary>
    public string? DeliveryId { get; private init; }

    public static WebhookVerdict Authentic(string secretId, string eventKey, string partitionKey, string? deliveryId = null) => new()
    {
        Kind = WebhookVerdictKind.Authentic,
        SecretId = secretId,
        EventKey = eventKey,
        PartitionKey = partitionKey,
        DeliveryId = deliveryId,
    };

    public static WebhookVerdict NotAuthentic(string reason) => new() { Kind = WebhookVerdictKind.NotAuthentic, Reason = reason };
    public static WebhookVerdict Malformed(string reason) => new() { Kind = WebhookVerdictKind.Malformed, Reason = reason };
    public static WebhookVerdict TooManyItems(string reason) => new() { Kind = WebhookVerdictKind.TooManyItems, Reason = reason };
    public static WebhookVerdict Unavailable(string reason) => new() { Kind = WebhookVerdictKind.Unavailable, Reason = reason };
}

/// <summary>A webhook as it lies in the log: the bytes exactly as sent, and what ingress noted beside them.</summary>
public readonly record struct StoredWebhook(string Account, ReadOnlyMemory<byte> Body, string DeliveryId);

/// <summary>What a reader found in one webhook.</summary>
/// <param name="Events">In the order of the body. Adyen sends several in one request.</param>
public sealed record WebhookReading(IReadOnlyList<GatewayEvent> Events);

/// <summary>One event of a gateway and the facts that it tells.</summary>
public sealed record GatewayEvent
{
    /// <summary>The permanent dedupe key within gateway and account: event id, or psp|eventCode|success at Adyen.</summary>
    public required string Key { get; init; }

    /// <summary>The gateway's word for it: "payment_intent.succeeded".</summary>
    public required string Type { get; init; }

    /// <summary>
    /// 16 bytes of a SHA-256 over what must not differ between two deliveries of the same event. The same key with
    /// another hash is not a duplicate but a conflict: quarantined, with an alarm.
    /// </summary>
    public required UInt128 ContentHash { get; init; }

    /// <summary>
    /// True for events that are kept but must not act: test messages of the gateway's dashboard, or an event of the
    /// other environment (live against test).
    /// </summary>
    public bool Ignored { get; init; }

    /// <summary>Why it is ignored; null when it is not.</summary>
    public string? IgnoredReason { get; init; }

    public required IReadOnlyList<Fact> Facts { get; init; }
}

/// <summary>An authentic webhook that cannot be understood. The message says what is wrong, without the body.</summary>
public sealed class UnreadableWebhookException : Exception
{
    public UnreadableWebhookException() { }
    public UnreadableWebhookException(string message) : base(message) { }
    public UnreadableWebhookException(string message, Exception innerException) : base(message, innerException) { }
}
