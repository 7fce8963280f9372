using System.Collections.Frozen;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>What the card's bank says.</summary>
/// <param name="Code">processor_response.response_code.</param>
internal sealed record PayPalVerdict(string Code, string Avs = "Y", string Cvv = "M", string? Advice = null)
{
    public static readonly PayPalVerdict Approved = new("0000");

    /// <summary>The cardholder's names that PayPal's sandbox refuses.</summary>
    private static readonly FrozenDictionary<string, PayPalVerdict> ByName = new Dictionary<string, PayPalVerdict>
    {
        ["CCREJECT-REFUSED"] = new("0500"),
        ["CCREJECT-SF"] = new("9500", Advice: "03"),
        ["CCREJECT-EC"] = new("5400", Advice: "01"),
        ["CCREJECT-IRC"] = new("5180"),
        ["CCREJECT-IF"] = new("5120", Advice: "02"),
        ["CCREJECT-LS"] = new("9520", Advice: "03"),
        ["CCREJECT-IA"] = new("1330"),
        ["CCREJECT-BANK_ERROR"] = new("5100"),
        ["CCREJECT-CVV_F"] = new("00N7", Cvv: "N"),
    }.ToFrozenDictionary();

    public bool IsApproved => Code == "0000";

    public static PayPalVerdict Of(PayPalPayer? payer) => ByName.GetValueOrDefault(payer?.Name ?? "", Approved);
}
