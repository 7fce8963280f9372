using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// The headers that sign a delivery: RSA with PKCS #1 v1.5 and SHA-256 over <c>id|time|webhook id|CRC-32 of the body</c>.
/// The CRC protects against accidents only: another body with the same one can be made. The transmission id goes along
/// with the webhook, so that a second body under it is found out.
/// </summary>
internal sealed record PayPalSignature(string TransmissionId, string TransmissionTime, string CertificateAddress, byte[] Signature)
{
    // Eight thousand bits of RSA in base64.
    private const int SignatureLengthMax = 1368;
    private const int TextLengthMax = 128;

    /// <summary>Null when a header is missing, comes twice, or is not what PayPal sends.</summary>
    public static PayPalSignature? Read(IWebhookHeaders headers) =>
        Header(headers, "PAYPAL-AUTH-ALGO", TextLengthMax) == "SHA256withRSA"
        && Header(headers, "PAYPAL-TRANSMISSION-ID", TextLengthMax) is { } id
        && Header(headers, "PAYPAL-TRANSMISSION-TIME", TextLengthMax) is { } time
        && Header(headers, "PAYPAL-CERT-URL", int.MaxValue) is { } address
        && Header(headers, "PAYPAL-TRANSMISSION-SIG", SignatureLengthMax) is { } text
        && Decode(text) is { } signature
            ? new PayPalSignature(id, time, address, signature)
            : null;

    public bool Matches(RSA key, string webhookId, ReadOnlySpan<byte> body)
    {
        var crc = Crc32.Of(body);
        var signed = string.Create(CultureInfo.InvariantCulture, $"{TransmissionId}|{TransmissionTime}|{webhookId}|{crc}");
        return key.VerifyData(Encoding.ASCII.GetBytes(signed), Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private static string? Header(IWebhookHeaders headers, string name, int lengthMax) =>
        headers.Get(name, out var value) == 1 && value.Length > 0 && value.Length <= lengthMax
        && !value.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? value
            : null;

    private static byte[]? Decode(string base64)
    {
        if (base64.Length % 4 != 0)
            return null;
        var padding = base64.EndsWith("==", StringComparison.Ordinal) ? 2 : base64.EndsWith('=') ? 1 : 0;
        var bytes = new byte[(base64.Length / 4 * 3) - padding];
        return Convert.TryFromBase64String(base64, bytes, out var length) && length == bytes.Length ? bytes : null;
    }
}
