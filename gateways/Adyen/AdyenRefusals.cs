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

    /// <summary>The texts of the reasons in the table: webhooks have no number.</summary>
    private static readonly FrozenDictionary<string, string> ReasonCodes = new Dictionary<string, string>
    {
        ["Refused"] = "2",
        ["Referral"] = "3",
        ["Acquirer Error"] = "4",
        ["Blocked Card"] = "5",
        ["Expired Card"] = "6",
        ["Invalid Amount"] = "7",
        ["Invalid Card Number"] = "8",
        ["Issuer Unavailable"] = "9",
        ["Not supported"] = "10",
        ["3D Not Authenticated"] = "11",
        ["Not enough balance"] = "12",
        ["Acquirer Fraud"] = "14",
        ["Cancelled"] = "15",
        ["Shopper Cancelled"] = "16",
        ["Invalid Pin"] = "17",
        ["Pin tries exceeded"] = "18",
        ["Pin validation not possible"] = "19",
        ["FRAUD"] = "20",
        ["Not Submitted"] = "21",
        ["FRAUD-CANCELLED"] = "22",
        ["Transaction Not Permitted"] = "23",
        ["CVC Declined"] = "24",
        ["Restricted Card"] = "25",
        ["Revocation Of Auth"] = "26",
        ["Declined Non Generic"] = "27",
        ["Withdrawal amount exceeded"] = "28",
        ["Withdrawal count exceeded"] = "29",
        ["Issuer Suspected Fraud"] = "31",
        ["AVS Declined"] = "32",
        ["Authentication required"] = "38",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why an attempt was refused, as the answer and the webhook tell alike.</summary>
    /// <param name="reasonCode">refusalReasonCode; null in webhooks.</param>
    /// <param name="reason">refusalReason, and the reason of the webhook; null where nobody gave one.</param>
    public static GatewayFailure FailureOf(string? reasonCode, string? reason, string resultCode, string? raw, string? advice)
    {
        reasonCode ??= reason is null ? null : ReasonCodes.GetValueOrDefault(reason);
        return new(CodeOf(reasonCode, resultCode), reasonCode ?? resultCode, raw, reason, raw, advice);
    }

    private static string CodeOf(string? reasonCode, string resultCode) =>
        reasonCode is not null
            ? ByReasonCode.GetValueOrDefault(reasonCode, "card_declined")
            : resultCode == "Error" ? "processing_error" : "card_declined";
}
