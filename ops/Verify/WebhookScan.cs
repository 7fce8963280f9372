using System.Security.Cryptography;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ops.Verify;

/// <summary>A record of a webhook topic as the checker sees it: read again from its bytes, whatever the processors made of it.</summary>
/// <param name="Events">Empty when the bytes cannot be read.</param>
internal sealed record ScannedWebhook(
    LogRecord Record, string Gateway, string Account, string BodySha256, IReadOnlyList<GatewayEvent> Events, bool IsReadable);

/// <summary>Reads every webhook topic once, from the first record kept to the end as it was when the scan began.</summary>
internal sealed class WebhookScan(IEventLog log, GatewayRegistry gateways)
{
    private const int PageSize = 500;

    /// <summary>Offsets that are missing between two records of a partition.</summary>
    public List<string> Gaps { get; } = [];

    public async IAsyncEnumerable<ScannedWebhook> ReadAsync(
        string topic, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken))
        {
            var next = range.First;
            while (next < range.Next)
            {
                var records = await log.ReadAsync(partition, next, PageSize, cancellationToken);
                if (records.Count == 0)
                {
                    Gaps.Add($"{partition} ends at {next}, not at {range.Next}");
                    break;
                }
                foreach (var record in records)
                {
                    if (record.Offset != next) Gaps.Add($"{partition} has no offsets {next} to {record.Offset - 1}");
                    next = record.Offset + 1;
                    yield return Scan(record);
                }
            }
        }
    }

    private ScannedWebhook Scan(LogRecord record)
    {
        var gateway = record.Header(LogHeaders.Gateway) ?? "";
        var account = record.Header(LogHeaders.Account) ?? "";
        var body = Convert.ToHexStringLower(SHA256.HashData(record.Value.Span));
        try
        {
            var stored = new StoredWebhook(account, record.Value, record.Header(LogHeaders.DeliveryId) ?? "");
            var reading = gateways.Find(gateway)?.Read(stored);
            return new ScannedWebhook(record, gateway, account, body, reading?.Events ?? [], reading is not null);
        }
        catch (UnreadableWebhookException)
        {
            // Expected of a record that lies among the dead letters; the caller checks that it does.
            return new ScannedWebhook(record, gateway, account, body, [], false);
        }
    }
}
