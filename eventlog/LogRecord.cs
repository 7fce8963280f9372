using System.Text;

namespace PaymentPipeline.EventLog;

/// <summary>
/// A record to append. The partition follows from the key alone (<see cref="Partitioner"/>), the same on both engines.
/// </summary>
/// <param name="Topic">One of <see cref="Topics"/>.</param>
/// <param name="Key">Records of one key keep their order.</param>
/// <param name="Headers">Small; names of <see cref="LogHeaders"/>.</param>
/// <param name="Value">The bytes as they are. The log never changes them. Must stay unchanged until the append is done.</param>
public readonly record struct LogAppend(
    string Topic, string Key, IReadOnlyList<KeyValuePair<string, string>> Headers, ReadOnlyMemory<byte> Value);

/// <summary>A record read from the log.</summary>
/// <param name="AppendedAt">The log's own time of the append; seek by time uses it.</param>
public sealed record LogRecord(
    TopicPartition Partition, long Offset, string Key, IReadOnlyList<KeyValuePair<string, string>> Headers,
    ReadOnlyMemory<byte> Value, DateTimeOffset AppendedAt)
{
    /// <summary>The header's value, or null.</summary>
    public string? Header(string name)
    {
        foreach (var header in Headers)
            if (string.Equals(header.Key, name, StringComparison.Ordinal)) return header.Value;
        return null;
    }
}

/// <param name="Number">From 0.</param>
public readonly record struct TopicPartition(string Topic, int Number)
{
    public override string ToString() => $"{Topic}/{Number}";
}

/// <summary>What ingress notes beside a webhook's bytes, and the relay beside an event's.</summary>
public static class LogHeaders
{
    public const string Gateway = "gateway";
    public const string Account = "account";

    /// <summary>The gateway's event id, or the first of several.</summary>
    public const string EventKey = "event-key";

    /// <summary>The gateway's id of this delivery where it signs one (PayPal's transmission id); else absent.</summary>
    public const string DeliveryId = "delivery-id";

    /// <summary>ISO 8601, UTC: when ingress had the whole body.</summary>
    public const string ReceivedAt = "received-at";
    public const string SecretId = "secret-id";

    /// <summary>W3C trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>On payment.events: the CloudEvents id and type, so that a consumer can skip without parsing.</summary>
    public const string EventId = "ce_id";
    public const string EventType = "ce_type";

    /// <summary>In the order in which the PostgreSQL engine numbers them in what it stores: new ones at the end.</summary>
    private static readonly string[] names =
        [Gateway, Account, EventKey, DeliveryId, ReceivedAt, SecretId, TraceParent, EventId, EventType];

    /// <summary>From 1; 0 for any other name.</summary>
    internal static int NumberOf(string name) => Array.IndexOf(names, name) + 1;

    /// <summary>The name of that number, or null.</summary>
    internal static string? NameOf(int number) => number >= 1 && number <= names.Length ? names[number - 1] : null;

    /// <summary>The text of a header's name. Every record has the same few: they are not made anew for each.</summary>
    internal static string NameOf(ReadOnlySpan<byte> utf8)
    {
        foreach (var name in names)
            if (Ascii.Equals(utf8, name)) return name;
        return Encoding.UTF8.GetString(utf8);
    }
}
