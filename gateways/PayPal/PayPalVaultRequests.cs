using System.Globalization;
using System.Text.Json;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Writes the requests about stored ways to pay.</summary>
internal static class PayPalVaultRequests
{
    public const int PageSize = 20;

    private const string Tokens = "/v3/vault/payment-tokens";

    /// <summary>Begins a set-up: the payer agrees on PayPal's pages.</summary>
    public static PayPalRequest SetUp(SaveMethodCall call)
    {
        var experience = call.ReturnUrl is { } back ? new PayPalExperience(back, back) : null;
        var source = new PayPalSource(Paypal: new PayPalInstrument(ExperienceContext: experience, UsageType: "MERCHANT"));
        return Post("/v3/vault/setup-tokens", call.Key, source, call.GatewayCustomerId);
    }

    /// <summary>Keeps what the payer agreed to for good. SETUP_TOKEN is what PayPal takes, though its description lists another.</summary>
    public static PayPalRequest Keep(string setupToken, string requestId, string? customer) =>
        Post(Tokens, requestId, new PayPalSource(Token: new PayPalToken(setupToken, "SETUP_TOKEN")), customer);

    public static PayPalRequest Read(string token) => PayPalRequest.Get($"{Tokens}/{PayPalRequest.Step(token)}");

    public static PayPalRequest Delete(string token, string requestId) =>
        new("detach_method", HttpMethod.Delete, $"{Tokens}/{PayPalRequest.Step(token)}", requestId);

    public static PayPalRequest List(string customer, int page) => PayPalRequest.Get(string.Create(
        CultureInfo.InvariantCulture,
        $"{Tokens}?customer_id={Uri.EscapeDataString(customer)}&page_size={PageSize}&page={page}&total_required=true"));

    private static PayPalRequest Post(string path, string requestId, PayPalSource source, string? customer)
    {
        var body = new PayPalVaultBody(source, customer is null ? null : new PayPalCustomer(customer));
        return new("save_method", HttpMethod.Post, path, requestId,
            JsonSerializer.SerializeToUtf8Bytes(body, PayPalBodiesJson.Default.PayPalVaultBody));
    }
}
