using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using PaymentPipeline.TestKit.OpenApi;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>An answer of a gateway's API.</summary>
internal sealed record GatewayAnswer(RecordedRequest Request, int Status, JsonNode? Body)
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

    /// <summary>A POST with a body, a GET without.</summary>
    public Task<GatewayAnswer> AdyenAsync(string path, JsonObject? body, string? key = null)
    {
        if (body is not null) body["merchantAccount"] ??= simulator.Secrets.AdyenMerchantAccount;
        return SendAsync("/v72" + path, body, ("X-API-Key", simulator.Secrets.AdyenApiKey), ("Idempotency-Key", key));
    }

    public Task<GatewayAnswer> PayAtAdyenAsync(
        string reference, long value, string? key = null, string holder = "Sam Sample", string card = "visa") => AdyenAsync(
        "/payments", new JsonObject
        {
            ["amount"] = Eur(value), ["reference"] = reference, ["returnUrl"] = "https://shop.example/back",
            ["paymentMethod"] = Card(card, holder),
        }, key);

    public static JsonObject Card(string card = "visa", string holder = "Sam Sample") => new()
    {
        ["type"] = "scheme", ["encryptedCardNumber"] = "test_" + card, ["encryptedExpiryMonth"] = "test_03",
        ["encryptedExpiryYear"] = "test_2030", ["holderName"] = holder,
    };

    public static JsonObject Eur(long value) => new() { ["currency"] = "EUR", ["value"] = value };

    /// <summary>A POST with a body, a GET without.</summary>
    public async Task<GatewayAnswer> PayPalAsync(string path, JsonObject? body, string? key = null)
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

    private async Task<GatewayAnswer> SendAsync(string target, JsonObject? body, params (string Name, string? Value)[] headers)
    {
        var sent = headers.Where(header => header.Value is not null).ToDictionary(header => header.Name, header => header.Value!);
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(target, UriKind.Relative));
        foreach (var (name, value) in sent) request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await simulator.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        var (path, query) = target.Split('?') is [var before, var after] ? (before, after) : (target, "");
        return new GatewayAnswer(
            new RecordedRequest(request.Method.Method, path, query, sent, default), (int)answer.StatusCode,
            text.Length == 0 ? null : JsonNode.Parse(text));
    }
}
