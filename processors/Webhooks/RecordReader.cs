using System.Globalization;
using System.Security.Cryptography;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Webhooks;

/// <summary>A log record as the books need it: its gateway's reader turns the bytes into events and facts. Never throws.</summary>
public sealed class RecordReader(GatewayRegistry gateways)
{
    public IncomingRecord Read(LogRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Interpret(Bare(record));
    }

    /// <summary>The record of a dead letter, to be judged again.</summary>
    public IncomingRecord Read(DeadLetterContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var letter = content.Letter;
        var record = new LogRecord(new TopicPartition(letter.Topic, letter.Partition), letter.Offset, content.RecordKey,
            content.Headers, content.Body, content.AppendedAt);
        return Interpret(Bare(record) with { IsRedrive = true });
    }

    /// <summary>The record with nothing read, to be quarantined.</summary>
    public static IncomingRecord Reject(LogRecord record, Rejection rejection, int attempts)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Bare(record) with { Rejection = rejection, Attempts = attempts };
    }

    private static IncomingRecord Bare(LogRecord record) => new()
    {
        Topic = record.Partition.Topic,
        Partition = record.Partition.Number,
        Offset = record.Offset,
        Key = record.Key,
        Headers = record.Headers,
        Body = record.Value,
        AppendedAt = record.AppendedAt,
        ReceivedAt = ReceivedAt(record),
        Gateway = record.Header(LogHeaders.Gateway) ?? "",
        Account = record.Header(LogHeaders.Account) ?? "",
        EventKey = record.Header(LogHeaders.EventKey) ?? "",
        DeliveryId = record.Header(LogHeaders.DeliveryId) is { Length: > 0 } id ? id : null,
        TraceParent = record.Header(LogHeaders.TraceParent),
    };

    private IncomingRecord Interpret(IncomingRecord record)
    {
        if (gateways.Find(record.Gateway) is not { } gateway)
            return record with { Rejection = new(QuarantineReasons.Unreadable, $"No gateway \"{record.Gateway}\" is configured.") };
        try
        {
            var reading = gateway.Read(new StoredWebhook(record.Account, record.Body, record.DeliveryId ?? ""));
            return record with
            {
                BodyHash = record.DeliveryId is null ? default : SHA256.HashData(record.Body.Span),
                Events = [.. reading.Events.Select(one => new IncomingEvent(one.Key, one.Type, one.ContentHash, one.Ignored, one.Facts))],
            };
        }
        catch (UnreadableWebhookException exception)
        {
            return record with { Rejection = new(QuarantineReasons.Unreadable, exception.Message) };
        }
        // A reader that throws anything else has a bug. The record is kept as a dead letter, its neighbours go on, and it can
        // be driven again when the reader is mended. The type alone: the message may quote the body.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return record with { Rejection = new(QuarantineReasons.Unreadable, $"The reader failed: {exception.GetType().Name}.") };
        }
    }

    private static DateTimeOffset ReceivedAt(LogRecord record) =>
        DateTimeOffset.TryParse(record.Header(LogHeaders.ReceivedAt), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var received)
            ? received
            : record.AppendedAt;
}
