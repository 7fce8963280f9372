using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ops.Verify;

/// <summary>A record of a webhook topic as the checker sees it: read again from its bytes, whatever the processors made of it.</summary>
/// <param name="Events">Empty when the bytes cannot be read.</param>
internal sealed record ScannedWebhook(
    LogRecord Record, string Gateway, string Account, string BodySha256, IReadOnlyList<GatewayEvent> Events, bool IsReadable);

/// <summary>Reads every webhook topic once, and each record with its gateway's reader.</summary>
internal sealed class WebhookScan(IEventLog log, GatewayRegistry gateways)
{
    private readonly LogPages _pages = new(log);

    /// <summary>Offsets that are missing between two records of a partition.</summary>
    public IReadOnlyList<string> Gaps => _pages.Gaps;

    public async IAsyncEnumerable<ScannedWebhook> ReadAsync(string topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in _pages.ReadAsync(topic, cancellationToken)) yield return Scan(record);
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
