using System.Security.Cryptography.X509Certificates;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text;
using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>The gateways' signature rules restated, without a line of the simulator's or the pipeline's own.</summary>
internal sealed class SignatureCheck(SimulatorSecrets secrets, X509Certificate2 payPalRoot, HttpClient http)
{
    public bool IsAuthentic(SeenRequest request) => request.Path switch
    {
        "/webhooks/stripe" => IsStripe(request),
        "/webhooks/adyen" => IsAdyen(request),
        "/webhooks/paypal" => IsPayPal(request),
        _ => throw new InvalidOperationException($"Nothing is expected at {request.Path}."),
    };

    private bool IsStripe(SeenRequest request)
    {
        if (!request.Headers.TryGetValue("Stripe-Signature", out var header)) return false;
        var parts = header.Split(',').Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var age = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(parts["t"], CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.ASCII.GetBytes(parts["t"] + "."), .. request.Body];
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secrets.StripeSecret), signed));
        return Math.Abs(age) <= 300 && parts["v1"] == expected;
    }

    private bool IsAdyen(SeenRequest request)
    {
        var key = Convert.FromHexString(secrets.AdyenHmacKey);
        using var json = JsonDocument.Parse(request.Body);
        if (!json.RootElement.TryGetProperty("notificationItems", out var items))
            return request.Headers.TryGetValue("HmacSignature", out var header)
                && header == Convert.ToBase64String(HMACSHA256.HashData(key, request.Body));

        return items.EnumerateArray().All(entry =>
        {
            var item = entry.GetProperty("NotificationRequestItem");
            var amount = item.GetProperty("amount");
            string Text(string name) => item.TryGetProperty(name, out var value) ? value.GetString()! : "";
            var signed = string.Join(
                ':', Text("pspReference"), Text("originalReference"), Text("merchantAccountCode"), Text("merchantReference"),
                amount.GetProperty("value").GetRawText(), amount.GetProperty("currency").GetString(), Text("eventCode"), Text("success"));
            return item.GetProperty("additionalData").GetProperty("hmacSignature").GetString()
                == Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
        });
    }

    private bool IsPayPal(SeenRequest request)
    {
        if (!request.Headers.TryGetValue("PAYPAL-TRANSMISSION-SIG", out var signature)) return false;
        using var certificate = X509Certificate2.CreateFromPem(Fetch(request.Headers["PAYPAL-CERT-URL"]));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(payPalRoot);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(certificate));
        Assert.Equal("messageverificationcerts.sandbox.paypal.com", certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));

        var (id, time) = (request.Headers["PAYPAL-TRANSMISSION-ID"], request.Headers["PAYPAL-TRANSMISSION-TIME"]);
        var signed = $"{id}|{time}|{secrets.PayPalWebhookId}|{Crc32(request.Body)}";
        return certificate.GetRSAPublicKey()!.VerifyData(
            Encoding.UTF8.GetBytes(signed), Convert.FromBase64String(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private string Fetch(string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = http.Send(request);
        using var reader = new StreamReader(response.EnsureSuccessStatusCode().Content.ReadAsStream());
        return reader.ReadToEnd();
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = 0xFFFFFFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320u;
        }
        return crc ^ 0xFFFFFFFFu;
    }
}
