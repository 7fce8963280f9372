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
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(stamp + "."));
        hmac.AppendData(body);
        Span<byte> digest = stackalloc byte[32];
        hmac.GetHashAndReset(digest);
        return $"t={stamp},v1={Convert.ToHexStringLower(digest)}";
    }
}
