using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// The check of <c>Stripe-Signature: t=…,v1=…</c> over the raw bytes, <c>t "." body</c> with HMAC-SHA256:
/// 1. parse the header strictly; 2. compare with every live secret, newest first; 3. only then look at the time, so that a
/// stranger learns nothing from it. Allocates nothing.
/// </summary>
internal sealed class StripeSignature(LiveSecrets secrets, TimeSpan tolerance, TimeProvider time)
{
    public const string HeaderName = "Stripe-Signature";

    /// <summary>A rolled secret adds one signature; nobody has sixteen.</summary>
    private const int SignaturesMax = 16;
    private const int HeaderCharsMax = 4096;
    private const int TimestampDigitsMax = 18;
    private const int MacBytes = HMACSHA256.HashSizeInBytes;

    /// <summary>The id of the secret that matched; null when refused, with a reason from a small closed set.</summary>
    public string? Match(ReadOnlySpan<char> header, ReadOnlySpan<byte> body, out string? refusal)
    {
        Span<byte> macs = stackalloc byte[SignaturesMax * MacBytes];
        refusal = Parse(header, macs, out var timestamp, out var macCount);
        if (refusal is not null) return null;

        var now = time.GetUtcNow();
        var secretId = FindSecret(timestamp, body, macs[..(macCount * MacBytes)], now);
        if (secretId is null)
        {
            refusal = "signature_mismatch";
            return null;
        }

        var age = now.ToUnixTimeSeconds() - long.Parse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture);
        if (Math.Abs(age) <= (long)tolerance.TotalSeconds) return secretId;
        refusal = "timestamp_outside_tolerance";
        return null;
    }

    /// <summary>Null when it is well formed; schemes other than v1 are skipped, so v0 alone is no signature.</summary>
    private static string? Parse(ReadOnlySpan<char> header, Span<byte> macs, out ReadOnlySpan<char> timestamp, out int macCount)
    {
        timestamp = default;
        macCount = 0;
        var signatures = 0;
        if (header.Length > HeaderCharsMax) return "signature_header_malformed";
        foreach (var range in header.Split(','))
        {
            var element = header[range];
            var equals = element.IndexOf('=');
            if (equals <= 0) return "signature_header_malformed";
            var name = element[..equals];
            var value = element[(equals + 1)..];
            if (name is "t")
            {
                if (!timestamp.IsEmpty || !IsTimestamp(value)) return "timestamp_malformed";
                timestamp = value;
            }
            else if (name is "v1")
            {
                if (++signatures > SignaturesMax) return "signature_header_malformed";
                if (TryDecodeLowerHex(value, macs.Slice(macCount * MacBytes, MacBytes))) macCount++;
            }
        }

        if (timestamp.IsEmpty) return "timestamp_missing";
        return macCount == 0 ? "signature_missing" : null;
    }

    private static bool IsTimestamp(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= TimestampDigitsMax && !text.ContainsAnyExceptInRange('0', '9');

    private string? FindSecret(ReadOnlySpan<char> timestamp, ReadOnlySpan<byte> body, ReadOnlySpan<byte> macs, DateTimeOffset now)
    {
        var signedLength = timestamp.Length + 1 + body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(signedLength);
        try
        {
            var signed = rented.AsSpan(0, signedLength);
            Encoding.ASCII.GetBytes(timestamp, signed);
            signed[timestamp.Length] = (byte)'.';
            body.CopyTo(signed[(timestamp.Length + 1)..]);

            Span<byte> expected = stackalloc byte[MacBytes];
            foreach (var secret in secrets.All)
            {
                if (!secret.IsAliveAt(now)) continue;
                HMACSHA256.HashData(secret.Key, signed, expected);
                for (var at = 0; at < macs.Length; at += MacBytes)
                    if (CryptographicOperations.FixedTimeEquals(expected, macs.Slice(at, MacBytes))) return secret.Id;
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Stripe writes lower case, and its own libraries compare text: upper case is not a signature of theirs.</summary>
    private static bool TryDecodeLowerHex(ReadOnlySpan<char> hex, Span<byte> mac)
    {
        if (hex.Length != MacBytes * 2 || hex.ContainsAnyInRange('A', 'F')) return false;
        return Convert.FromHexString(hex, mac, out _, out _) == OperationStatus.Done;
    }
}
