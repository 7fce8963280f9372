using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Adyen's two signatures, over what came and nothing else; whose account it is, is asked in <see cref="AdyenGateway"/>.
/// <list type="bullet">
/// <item>Payments: each item carries HMAC-SHA256 of eight of its fields, in base64.</item>
/// <item>Tokens and platforms: the header HmacSignature carries HMAC-SHA256 of the raw body.</item>
/// </list>
/// All live keys are tried, and texts are compared in fixed time.
/// </summary>
internal static class AdyenSignature
{
    // Base64 of 32 bytes. We compare with what we would have written, so that no second spelling of a signature passes.
    private const int SignatureLength = 44;
    private const int StackMax = 256;

    /// <summary>The secret that signed the item; null for none.</summary>
    /// <exception cref="InvalidOperationException">A signed field is not UTF-8.</exception>
    public static LiveSecret? FindSecret(ReadOnlySpan<byte> body, in AdyenItem item, LiveSecrets secrets, DateTimeOffset now)
    {
        if (item.Signature.Length is < SignatureLength or > StackMax)
            return null;
        Span<byte> signature = stackalloc byte[StackMax];
        signature = signature[..item.Signature.CopyTo(body, signature)];

        byte[]? rented = null;
        var text = item.SignedTextLengthMax <= StackMax
            ? stackalloc byte[StackMax]
            : rented = ArrayPool<byte>.Shared.Rent(item.SignedTextLengthMax);
        try
        {
            return FindSecret(text[..item.WriteSignedText(body, text)], signature, secrets, now);
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The secret that signed the whole body; null for none.</summary>
    public static LiveSecret? FindSecret(ReadOnlySpan<byte> body, string header, LiveSecrets secrets, DateTimeOffset now)
    {
        Span<byte> signature = stackalloc byte[SignatureLength];
        return header.Length == SignatureLength && Ascii.FromUtf16(header, signature, out _) == OperationStatus.Done
            ? FindSecret(body, signature, secrets, now)
            : null;
    }

    private static LiveSecret? FindSecret(
        ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature, LiveSecrets secrets, DateTimeOffset now)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> expected = stackalloc byte[SignatureLength];
        LiveSecret? found = null;
        foreach (var secret in secrets.All)
        {
            if (!secret.IsAliveAt(now))
                continue;
            HMACSHA256.HashData(secret.Key, signed, hash);
            Base64.EncodeToUtf8(hash, expected, out _, out _);
            if (CryptographicOperations.FixedTimeEquals(expected, signature))
                found ??= secret;
        }
        return found;
    }
}
