using System.Security.Cryptography;

namespace PaymentPipeline.Gateways.Tests.Tollbooth;

/// <summary><c>Toll-Seal</c>: base64 of the HMAC-SHA256 of the raw body.</summary>
internal sealed class TollboothSeal(LiveSecrets secrets, TimeProvider time)
{
    public const string HeaderName = "Toll-Seal";

    public string? Match(string text, ReadOnlySpan<byte> body)
    {
        Span<byte> sent = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (text.Length != 44 || !Convert.TryFromBase64String(text, sent, out var length) || length != sent.Length) return null;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var secret in secrets.All)
        {
            if (!secret.IsAliveAt(time.GetUtcNow())) continue;
            HMACSHA256.HashData(secret.Key, body, expected);
            if (CryptographicOperations.FixedTimeEquals(expected, sent)) return secret.Id;
        }

        return null;
    }
}
