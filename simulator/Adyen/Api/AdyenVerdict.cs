using System.Collections.Frozen;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>What becomes of an attempt to pay.</summary>
/// <param name="ResultCode">Adyen's: Authorised, Refused, Cancelled, Error, Pending.</param>
/// <param name="Code">refusalReasonCode; empty where nothing was refused.</param>
/// <param name="Reason">refusalReason, and the reason of the webhook.</param>
/// <param name="Raw">The issuer's own word.</param>
internal sealed record AdyenVerdict(string ResultCode, string Code, string Reason, string Raw)
{
    public static readonly AdyenVerdict Authorised = new("Authorised", "", "", "AUTHORISED");
    public static readonly AdyenVerdict NotAuthenticated = new("Refused", "11", "3D Not Authenticated", "3D Not Authenticated");
    private static readonly AdyenVerdict Pending = new("Pending", "", "", "");

    /// <summary>The names that a test card's holder may have, as Adyen's test platform knows them.</summary>
    private static readonly FrozenDictionary<string, AdyenVerdict> ByHolder = new Dictionary<string, AdyenVerdict>
    {
        ["DECLINED"] = Refused("2", "Refused", "05 : Do not honor"),
        ["REFUSED"] = Refused("2", "Refused", "05 : Do not honor"),
        ["REFERRAL"] = Refused("3", "Referral", "01 : Refer to card issuer"),
        ["BLOCK_CARD"] = Refused("5", "Blocked Card", "62 : Restricted card"),
        ["CARD_EXPIRED"] = Refused("6", "Expired Card", "54 : Expired card"),
        ["INVALID_AMOUNT"] = Refused("7", "Invalid Amount", "13 : Invalid amount"),
        ["INVALID_CARD"] = Refused("8", "Invalid Card Number", "14 : Invalid card number"),
        ["ISSUER_UNAVAILABLE"] = Refused("9", "Issuer Unavailable", "91 : Issuer unavailable"),
        ["NOT_SUPPORTED"] = Refused("10", "Not supported", "57 : Not supported"),
        ["NOT_3D_AUTHENTICATED"] = NotAuthenticated,
        ["NOT_ENOUGH_BALANCE"] = Refused("12", "Not enough balance", "51 : Insufficient funds/over credit limit"),
        ["ACQUIRER_FRAUD"] = Refused("14", "Acquirer Fraud", "59 : Suspected fraud"),
        ["INVALID_PIN"] = Refused("17", "Invalid Pin", "55 : Invalid PIN"),
        ["FRAUD"] = Refused("20", "FRAUD", "FRAUD"),
        ["TRANSACTION_NOT_PERMITTED"] = Refused("23", "Transaction Not Permitted", "57 : Transaction not permitted"),
        ["CVC_DECLINED"] = Refused("24", "CVC Declined", "N7 : CVV2 failure"),
        ["RESTRICTED_CARD"] = Refused("25", "Restricted Card", "62 : Restricted card"),
        ["DECLINED_NON_GENERIC"] = Refused("27", "Declined Non Generic", "05 : Do not honor"),
        ["WITHDRAWAL_AMOUNT_EXCEEDED"] = Refused("28", "Withdrawal amount exceeded", "61 : Exceeds amount limit"),
        ["ISSUER_SUSPECTED_FRAUD"] = Refused("31", "Issuer Suspected Fraud", "59 : Suspected fraud"),
        ["AVS_DECLINED"] = Refused("32", "AVS Declined", "05 : Do not honor"),
        ["AUTHENTICATION_REQUIRED"] = Refused("38", "Authentication required", "1A : Authentication required"),
        ["CANCELLED"] = new("Cancelled", "15", "Cancelled", "Cancelled"),
        ["ERROR"] = new("Error", "4", "Acquirer Error", "96 : System malfunction"),
        ["PENDING"] = Pending,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, AdyenVerdict> ByCode = ByHolder.Values.Distinct()
        .Where(verdict => verdict.Code.Length > 0).DistinctBy(verdict => verdict.Code).ToFrozenDictionary(verdict => verdict.Code);

    public bool IsAuthorised => ResultCode is "Authorised" or "Pending";

    /// <param name="acquirerCode">additionalData.RequestedTestAcquirerResponseCode, a refusal reason's number.</param>
    public static AdyenVerdict Of(AdyenMethod method, string? acquirerCode)
    {
        if (acquirerCode is not null && ByCode.TryGetValue(acquirerCode, out var byCode)) return byCode;
        return ByHolder.GetValueOrDefault(method.HolderName?.Trim() ?? "", Authorised);
    }

    private static AdyenVerdict Refused(string code, string reason, string raw) => new("Refused", code, reason, raw);
}
