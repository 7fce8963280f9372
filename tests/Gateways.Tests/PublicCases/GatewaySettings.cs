using System.Text;
using System.Text.RegularExpressions;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

/// <summary>The least configuration with which a gateway starts.</summary>
internal static partial class GatewaySettings
{
    public static Dictionary<string, string?> Stripe(string secret, int toleranceSeconds = 300) => new()
    {
        ["Gateways:Stripe:WebhookSecrets:0"] = secret,
        ["Gateways:Stripe:ToleranceSeconds"] = $"{toleranceSeconds}",
    };

    /// <summary>With the merchant accounts that the body names as ours: a case is about its signature.</summary>
    public static Dictionary<string, string?> Adyen(string hmacKey, byte[] body) => new()
    {
        ["Gateways:Adyen:HmacKeys:0"] = hmacKey,
        ["Gateways:Adyen:MerchantAccount"] = string.Join(
            ',',
            MerchantAccount().Matches(Encoding.UTF8.GetString(body)).Select(match => match.Groups[1].Value).Append("Nobody").Distinct()),
    };

    public static Dictionary<string, string?> PayPal(string webhookId, string rootsPem, string intermediatesPem)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Gateways:PayPal:WebhookId"] = webhookId,
            ["Gateways:PayPal:TrustedRoots:0"] = rootsPem,
        };
        if (intermediatesPem.Length > 0) settings["Gateways:PayPal:Intermediates:0"] = intermediatesPem;
        return settings;
    }

    [GeneratedRegex("\"merchantAccount(?:Code)?\"\\s*:\\s*\"([^\"]+)\"")]
    private static partial Regex MerchantAccount();
}
