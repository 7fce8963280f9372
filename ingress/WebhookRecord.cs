using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ingress;

/// <summary>A verified webhook as it goes into the log: the bytes as sent, under <c>account/key of the payment</c>.</summary>
internal static class WebhookRecord
{
    /// <summary>Longer texts are no gateway's ids; both engines take keys and headers up to this without a thought.</summary>
    private const int TextMax = 256;

    public static LogAppend Of(
        WebhookRoute route, in WebhookVerdict verdict, ReadOnlyMemory<byte> body, DateTimeOffset receivedAt, string traceParent)
    {
        var headers = new KeyValuePair<string, string>[verdict.DeliveryId is null ? 6 : 7];
        headers[0] = new(LogHeaders.Gateway, route.Gateway.Name);
        headers[1] = new(LogHeaders.Account, route.Account);
        headers[2] = new(LogHeaders.EventKey, Storable(verdict.EventKey));
        headers[3] = new(LogHeaders.ReceivedAt, receivedAt.UtcDateTime.ToString("O"));
        headers[4] = new(LogHeaders.SecretId, verdict.SecretId ?? "");
        headers[5] = new(LogHeaders.TraceParent, traceParent);
        if (verdict.DeliveryId is not null) headers[6] = new(LogHeaders.DeliveryId, Storable(verdict.DeliveryId));
        return new LogAppend(route.Topic, string.Concat(route.Account, "/", Storable(verdict.PartitionKey)), headers, body);
    }

    /// <summary>
    /// Signed bytes may hold any text, also such as a log refuses (NUL, half a surrogate pair, a megabyte). A record must not be
    /// refused for ever because of it: such a text is replaced by its hash, which keeps equal things equal.
    /// </summary>
    private static string Storable(string text)
    {
        var odd = text.Length > TextMax || text.AsSpan().ContainsAnyInRange('\0', '\x1f')
            || text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');
        return odd ? "sha256-" + Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(text.AsSpan()))) : text;
    }
}
