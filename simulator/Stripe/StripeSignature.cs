using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Simulator.Stripe;

/// <summary>
/// The header <c>Stripe-Signature</c>: HMAC-SHA256 over "time.body" with the whole secret text as the key. Made anew for
/// each delivery, because Stripe signs a retry with its own time.
/// </summary>
internal static class StripeSignature
{
    public static string Of(string secret, ReadOnlySpan<byte> body, DateTimeOffset time)
    {
        var stamp = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = ArrayPool<byte>.Shared.Rent(stamp.Length + 1 + body.Length);
        var head = Encoding.ASCII.GetBytes(stamp, signed);
        signed[head++] = (byte)'.';
        body.CopyTo(signed.AsSpan(head));

        // In one piece: a keyed hash fed in parts costs more than the copy.
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed.AsSpan(0, head + body.Length), digest);
        ArrayPool<byte>.Shared.Return(signed);
        return $"t={stamp},v1={Convert.ToHexStringLower(digest)}";
    }
}
