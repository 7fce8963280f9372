using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>What every request with a body is checked for.</summary>
internal static class AdyenRequest
{
    private const int ReferenceLengthMax = 80;
    private const long WireMax = 1_000_000_000_000;

    public static JsonObject Read(ApiRequest request, SimulatorSecrets secrets)
    {
        if (JsonBody.Read(request.Body) is not JsonObject body)
            throw new AdyenRefusal(400, "702", "Problem reading request: malformed JSON", "validation");
        CheckMerchant(body.Text("merchantAccount"), secrets);
        if (body.Text("reference") is { Length: > ReferenceLengthMax })
            throw AdyenRefusal.Invalid("132", $"Field 'reference' may have {ReferenceLengthMax} characters at most.");
        return body;
    }

    public static void CheckMerchant(string? merchant, SimulatorSecrets secrets)
    {
        if (merchant is null) throw AdyenRefusal.Missing("14_002", "merchantAccount");
        if (merchant != secrets.AdyenMerchantAccount) throw new AdyenRefusal(403, "901", "Invalid Merchant Account", "security");
    }

    public static string Required(this JsonObject body, string name, string code) =>
        body.Text(name) ?? throw AdyenRefusal.Missing(code, name);

    /// <summary>In ISO minor units.</summary>
    /// <param name="min">0 where a card may be checked without being charged.</param>
    public static (long Amount, Denomination Currency) Amount(JsonObject body, long min = 1)
    {
        if (body.Object("amount") is not { } amount) throw AdyenRefusal.Missing("100", "amount");
        var currency = Denominations.Of("adyen", amount.Text("currency") ?? "")
            ?? throw AdyenRefusal.Invalid("138", "Unsupported currency specified");
        if (amount.Integer("value") is not { } wire || wire < min || wire > WireMax || currency.FromWire(wire) is not { } minor)
            throw AdyenRefusal.Invalid("137", "Invalid amount specified");
        return (minor, currency);
    }

    public static JsonObject AmountOf(Denomination currency, long minor) =>
        new() { ["currency"] = currency.Code, ["value"] = currency.Wire(minor) };
}
