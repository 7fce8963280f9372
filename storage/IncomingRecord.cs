using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage;

/// <summary>A log record as the books need it: where it lies, its bytes, and the events that its gateway's reader found.</summary>
public sealed record IncomingRecord
{
    public required string Topic { get; init; }
    public required int Partition { get; init; }
    public required long Offset { get; init; }

    /// <summary>The log's key of the record.</summary>
    public required string Key { get; init; }
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }
    public required ReadOnlyMemory<byte> Body { get; init; }
    public required DateTimeOffset AppendedAt { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    public required string Gateway { get; init; }
    public required string Account { get; init; }

    /// <summary>The event key as ingress noted it; empty when there was none.</summary>
    public string EventKey { get; init; } = "";

    /// <summary>The gateway's signed id of this delivery; null where it signs none.</summary>
    public string? DeliveryId { get; init; }

    /// <summary>SHA-256 of <see cref="Body"/>; needed where <see cref="DeliveryId"/> is set.</summary>
    public ReadOnlyMemory<byte> BodyHash { get; init; }
    public string? TraceParent { get; init; }

    /// <summary>In the order of the body; empty when <see cref="Rejection"/> is set.</summary>
    public IReadOnlyList<IncomingEvent> Events { get; init; } = [];

    /// <summary>Why the record cannot be judged at all: it becomes a dead letter. Null when it can.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>How often the record was tried before; kept with its dead letter.</summary>
    public int Attempts { get; init; }

    /// <summary>True when a person asked for it: events quarantined before are judged again.</summary>
    public bool IsRedrive { get; init; }
}

/// <summary>One gateway event of a record.</summary>
/// <param name="Key">The permanent dedupe key within gateway and account.</param>
/// <param name="Type">The gateway's word for it.</param>
/// <param name="ContentHash">The same key with another hash is a conflict, not a duplicate.</param>
/// <param name="Ignored">Kept, but must not act.</param>
public sealed record IncomingEvent(string Key, string Type, UInt128 ContentHash, bool Ignored, IReadOnlyList<Fact> Facts);

/// <param name="Reason">One of <see cref="QuarantineReasons"/>.</param>
/// <param name="Error">What was wrong, without the body.</param>
public sealed record Rejection(string Reason, string Error);

/// <summary>The closed set of reasons for a dead letter: a metric's label and a column.</summary>
public static class QuarantineReasons
{
    /// <summary>The gateway's reader could not understand the bytes, or no gateway of that name is configured.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The event key is claimed with other contents.</summary>
    public const string Conflict = "conflict";

    /// <summary>The signed delivery id was seen with another body: forged.</summary>
    public const string DeliveryConflict = "delivery_conflict";

    public const string CurrencyMismatch = "currency_mismatch";

    /// <summary>More money than the API asked for (H27): taken into the books only when a person has looked.</summary>
    public const string AmountMismatch = "amount_mismatch";

    /// <summary>The fact names a payment of our own form that this account does not have (H26).</summary>
    public const string ForeignPayment = "foreign_payment";

    /// <summary>One fact names ids of two payments.</summary>
    public const string TwoPayments = "two_payments";

    /// <summary>The fold or the database refused the event's data.</summary>
    public const string Refused = "refused";

    /// <summary>The worker died over the record again and again.</summary>
    public const string Crashes = "crashes";
}
