using System.Collections.Frozen;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>Adyen's refusalReasonCode as one of our codes, by Adyen's list of refusal reasons; a new one is a declined card.</summary>
internal static class AdyenRefusals
{
    private static readonly FrozenDictionary<string, string> ByReasonCode = new Dictionary<string, string>
    {
        ["4"] = "processing_error", // acquirer error
        ["6"] = "expired_card",
        ["7"] = "processing_error", // invalid amount
        ["9"] = "processing_error", // issuer unavailable
        ["11"] = "authentication_required", // 3-D Secure: not authenticated
        ["12"] = "insufficient_funds",
        ["14"] = "fraud_suspected", // by the acquirer
        ["20"] = "fraud_suspected",
        ["21"] = "processing_error", // not submitted
        ["22"] = "fraud_suspected", // and cancelled
        ["31"] = "fraud_suspected", // by the issuer
        ["38"] = "authentication_required",
        ["42"] = "authentication_required", // 3-D Secure: error
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string CodeOf(string? reasonCode, string resultCode) =>
        reasonCode is not null
            ? ByReasonCode.GetValueOrDefault(reasonCode, "card_declined")
            : resultCode == "Error" ? "processing_error" : "card_declined";
}
