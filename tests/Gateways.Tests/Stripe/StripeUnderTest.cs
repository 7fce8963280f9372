using System.Text;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Stripe as a process makes it, with one secret unless the test says otherwise.</summary>
internal static class StripeUnderTest
{
    public const string Header = "Stripe-Signature";
    public static readonly DateTimeOffset Now = new(2026, 11, 2, 10, 0, 10, TimeSpan.Zero);
    public static readonly string T = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static GatewayUnderTest Make(params (string Name, string Value)[] settings)
    {
        var all = settings.Select(setting => KeyValuePair.Create($"Gateways:Stripe:{setting.Name}", (string?)setting.Value)).ToList();
        if (!settings.Any(setting => setting.Name.StartsWith("WebhookSecrets", StringComparison.Ordinal)))
            all.Add(KeyValuePair.Create("Gateways:Stripe:WebhookSecrets:0", (string?)StripeSigner.Secret));
        return new GatewayUnderTest("stripe", all, Now);
    }

    public static async Task<WebhookVerdict> JudgeAsync(string body, params string[] headerLines)
    {
        using var stripe = Make();
        return await stripe.Verify(body, [.. headerLines.Select(line => (Header, line))]);
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static string Mac(string body, string? time = null) => StripeSigner.Mac(Bytes(body), time ?? T);

    /// <summary>An event of a type about an object, as Stripe envelopes it.</summary>
    public static string Event(string type, string data, string more = "") => $$"""
        {"id":"evt_1","object":"event","api_version":"2026-10-28.endive","created":1793613600,"type":"{{type}}",{{more}}
         "livemode":false,"pending_webhooks":1,"data": {"object": {{data}} } }
        """;

    public static GatewayEvent Read(string body, params (string Name, string Value)[] settings)
    {
        using var stripe = Make(settings);
        return stripe.Read(body).Single();
    }

    public static IReadOnlyList<Fact> Facts(string type, string data) => Read(Event(type, data)).Facts;

    public static Fact OneFact(string type, string data) => Facts(type, data).Single();
}
