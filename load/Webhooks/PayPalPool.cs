using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// Requests as PayPal sends them, for a bounded number of payments: three events each, order approved, capture completed, order
/// completed. An RSA signature costs a hundred times an HMAC, so they are made before the run, with the simulator's own key.
/// </summary>
internal sealed class PayPalPool
{
    private readonly Dictionary<long, byte[][]> _requests;

    private PayPalPool(Dictionary<long, byte[][]> requests) => _requests = requests;

    public static PayPalPool Empty { get; } = new([]);

    public int Payments => _requests.Count;
    public int BytesMax => _requests.Count == 0 ? 0 : _requests.Values.Max(three => three.Max(one => one.Length));

    /// <param name="sizeOf">About how long the bodies of a payment are.</param>
    public static PayPalPool Make(RunningSystem system, TemplateWords words, IReadOnlyCollection<long> payments, Func<long, int> sizeOf)
    {
        var folder = Path.Combine(system.Data.FullName, "simulator");
        var pem = File.ReadAllText(Path.Combine(folder, "paypal-webhooks.key"));
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        var certificate = $"http://{system.Simulator}/v1/notifications/certs/CERT-"
            + Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 12));
        var signing = new Signing(key, system.Setting("Gateways__PayPal__WebhookId"), certificate);
        return new PayPalPool(payments.ToDictionary(payment => payment, payment =>
            Enumerable.Range(0, 3).Select(step => Request(words, signing, payment, step, sizeOf(payment))).ToArray()));
    }

    /// <summary>Null when the payment is none of PayPal's.</summary>
    public byte[]? Find(long payment, int step) => _requests.TryGetValue(payment, out var three) ? three[step] : null;

    private sealed record Signing(RSA Key, string WebhookId, string Certificate);

    private static byte[] Request(TemplateWords words, Signing signing, long payment, int step, int bytes)
    {
        Span<byte> letters = stackalloc byte[LetterNumber.Length];
        LetterNumber.Write(letters, payment);
        var number = Encoding.ASCII.GetString(letters);
        var room = Math.Max(0, bytes - Body(words, step, "").Length);
        var body = Variety.Filled(
            Body(words, step, words.Filler.Members(room)).Replace(Gaps.Number, number, StringComparison.Ordinal), payment);
        var time = words.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var id = $"{words.Run}-{number}-{step}";
        var crc = Crc32(Encoding.ASCII.GetBytes(body));
        var signature = Convert.ToBase64String(signing.Key.SignData(
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}|{time}|{signing.WebhookId}|{crc}")),
            HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return Encoding.ASCII.GetBytes(
            $"POST /webhooks/paypal HTTP/1.1\r\nHost: {words.Host}\r\nUser-Agent: PayPal/AUHD-1.0-1\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {body.Length}\r\nPAYPAL-TRANSMISSION-ID: {id}\r\nPAYPAL-TRANSMISSION-TIME: {time}\r\n"
            + $"PAYPAL-CERT-URL: {signing.Certificate}\r\nPAYPAL-AUTH-ALGO: SHA256withRSA\r\nPAYPAL-AUTH-VERSION: v2\r\n"
            + $"PAYPAL-TRANSMISSION-SIG: {signature}\r\n\r\n{body}");
    }

    private static string Body(TemplateWords words, int step, string filler)
    {
        var (type, resourceType, resource) = step switch
        {
            0 => ("CHECKOUT.ORDER.APPROVED", "checkout-order", Order(words, "APPROVED", "", filler)),
            1 => ("PAYMENT.CAPTURE.COMPLETED", "capture", Capture(words, filler)),
            _ => ("CHECKOUT.ORDER.COMPLETED", "checkout-order",
                Order(words, "COMPLETED", $",\"payments\":{{\"captures\":[{Capture(words, "")}]}}", filler)),
        };
        return $$$"""{"id":"WH-{{{words.Run}}}-{{{Gaps.Number}}}-{{{step}}}","event_version":"1.0","create_time":"{{{Time(words)}}}","resource_type":"{{{resourceType}}}","resource_version":"2.0","event_type":"{{{type}}}","summary":"{{{type}}}","resource":{{{resource}}}}""";
    }

    private static string Order(TemplateWords words, string status, string payments, string filler) =>
        $$$"""{"id":"O{{{words.Run}}}{{{Gaps.Number}}}","intent":"CAPTURE","status":"{{{status}}}","purchase_units":[{"reference_id":"default","amount":{{{Money(words)}}},"custom_id":"{{{words.OrderId}}}"{{{payments}}}}],"create_time":"{{{Time(words)}}}","update_time":"{{{Time(words)}}}"{{{filler}}}}""";

    private static string Capture(TemplateWords words, string filler) =>
        $$$"""{"id":"C{{{words.Run}}}{{{Gaps.Number}}}","amount":{{{Money(words)}}},"final_capture":true,"custom_id":"{{{words.OrderId}}}","status":"COMPLETED","supplementary_data":{"related_ids":{"order_id":"O{{{words.Run}}}{{{Gaps.Number}}}"}},"create_time":"{{{Time(words)}}}","update_time":"{{{Time(words)}}}"{{{filler}}}}""";

    private static string Money(TemplateWords words) => string.Create(
        CultureInfo.InvariantCulture, $"{{\"currency_code\":\"EUR\",\"value\":\"{words.Amount / 100}.{words.Amount % 100:D2}\"}}");

    private static string Time(TemplateWords words) =>
        words.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? 0xEDB88320u ^ crc >> 1 : crc >> 1;
        }
        return ~crc;
    }
}
