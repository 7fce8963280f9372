using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>An answer of a gateway's API.</summary>
internal sealed record GatewayAnswer(int Status, JsonNode? Body)
{
    public string? Text(params ReadOnlySpan<object> path)
    {
        var node = Body;
        foreach (var step in path) node = step is int index ? node?[index] : node?[(string)step];
        return node?.ToString();
    }
}

/// <summary>Asks the simulator what Adyen and PayPal are asked, over plain HTTP: no client of anybody's in between.</summary>
internal sealed class GatewayCaller(SimulatorUnderTest simulator)
{
    private string? _accessToken;

    public Task<GatewayAnswer> AdyenAsync(string path, JsonObject body, string? key = null)
    {
        body["merchantAccount"] ??= simulator.Secrets.AdyenMerchantAccount;
        return SendAsync("/v72" + path, body, ("X-API-Key", simulator.Secrets.AdyenApiKey), ("Idempotency-Key", key));
    }

    public Task<GatewayAnswer> PayAtAdyenAsync(string reference, long value, string? key = null, string? holder = null) => AdyenAsync(
        "/payments", new JsonObject
        {
            ["amount"] = Eur(value), ["reference"] = reference, ["returnUrl"] = "https://shop.example/back",
            ["paymentMethod"] = new JsonObject
            {
                ["type"] = "scheme", ["encryptedCardNumber"] = "test_4111111111111111", ["encryptedExpiryMonth"] = "test_03",
                ["encryptedExpiryYear"] = "test_2030", ["holderName"] = holder ?? "Sam Sample",
            },
        }, key);

    public static JsonObject Eur(long value) => new() { ["currency"] = "EUR", ["value"] = value };

    public async Task<GatewayAnswer> PayPalAsync(string path, JsonObject body, string? key = null)
    {
        _accessToken ??= await FetchTokenAsync();
        return await SendAsync(
            path, body, ("Authorization", $"Bearer {_accessToken}"), ("PayPal-Request-Id", key), ("Prefer", "return=representation"));
    }

    public Task<GatewayAnswer> PayAtPayPalAsync(string paymentId, string value, string intent, string key) => PayPalAsync(
        "/v2/checkout/orders", new JsonObject
        {
            ["intent"] = intent,
            ["purchase_units"] = new JsonArray(new JsonObject { ["amount"] = Usd(value), ["custom_id"] = paymentId }),
            ["payment_source"] = new JsonObject { ["token"] = new JsonObject { ["id"] = "B-SUCCEEDS", ["type"] = "BILLING_AGREEMENT" } },
        }, key);

    public static JsonObject Usd(string value) => new() { ["currency_code"] = "USD", ["value"] = value };

    private async Task<string> FetchTokenAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/oauth2/token", UriKind.Relative));
        var client = $"{simulator.Secrets.PayPalClientId}:{simulator.Secrets.PayPalClientSecret}";
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(client)));
        request.Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        using var answer = await simulator.Http.SendAsync(request);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["access_token"]!.ToString();
    }

    private async Task<GatewayAnswer> SendAsync(string path, JsonObject body, params (string Name, string? Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
            if (value is not null) request.Headers.TryAddWithoutValidation(name, value);
        request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await simulator.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new GatewayAnswer((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
