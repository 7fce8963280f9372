using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Signs as Stripe does, written from its documentation and not from our check.</summary>
internal static class StripeSigner
{
    public const string Secret = "whsec_b5Qz0JvXb8ZrEoWc1yNfHgLd7uPaQ4k2";

    public static (string Name, string Value) Header(byte[] body, DateTimeOffset at, string secret = Secret)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return ("Stripe-Signature", $"t={time},v1={Mac(body, time, secret)}");
    }

    public static string Mac(byte[] body, string time, string secret = Secret)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(time + "."), .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }
}
