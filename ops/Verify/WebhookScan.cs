using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Checking;

namespace PaymentPipeline.Ops.Verify;

/// <summary>
/// Reads every webhook topic once, and each record with its gateway's reader: as the checker sees it, whatever the processors made of it.
/// </summary>
/// <param name="committed">The offsets below which the processors had finished, before the books were read.</param>
internal sealed class WebhookScan(
    GatewayRegistry gateways, OrderIndependence orders, IReadOnlyDictionary<TopicPartition, long> committed,
    Action<string> progress)
{
    private const int ProgressRecords = 100_000;

    private readonly Tally _gaps = new("I26", "offsets have no gaps");
    private long _records;

    public async IAsyncEnumerable<ScannedEvent> ReadAsync(LogPages pages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in pages.ReadAsync(cancellationToken))
        {
            if (++_records % ProgressRecords == 0) progress(FormattableString.Invariant($"{_records:N0} webhooks read again ..."));
            foreach (var one in Scan(record)) yield return one;
        }
        await pages.LookAtEndAsync(cancellationToken);
        foreach (var gap in pages.Gaps) _gaps.Violated(gap);
    }

    public InvariantResult Gaps()
    {
        _gaps.Seen(_records);
        return _gaps.Result;
    }

    private IEnumerable<ScannedEvent> Scan(LogRecord record)
    {
        var gateway = record.Header(LogHeaders.Gateway) ?? "";
        var account = record.Header(LogHeaders.Account) ?? "";
        var isCommitted = record.Offset < committed.GetValueOrDefault(record.Partition);
        var reading = Read(record, gateway, account);
        var scanned = new ScannedEvent(
            record.Partition.Topic, record.Partition.Number, record.Offset, gateway, account, null, SHA256.HashData(record.Value.Span),
            reading is not null, isCommitted);
        var events = reading?.Events ?? [];
        orders.Collect(events.Where(one => !one.Ignored).SelectMany(one => one.Facts), isCommitted);
        return events.Count == 0 ? [scanned] : events.Select(one => scanned with { EventKey = one.Key });
    }

    /// <summary>Null where the bytes cannot be read, as is expected of a record that lies among the dead letters.</summary>
    private WebhookReading? Read(LogRecord record, string gateway, string account)
    {
        try
        {
            var stored = new StoredWebhook(account, record.Value, record.Header(LogHeaders.DeliveryId) ?? "");
            return gateways.Find(gateway)?.Read(stored);
        }
        catch (UnreadableWebhookException)
        {
            return null;
        }
    }
}
