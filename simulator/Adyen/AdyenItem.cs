using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PaymentPipeline.Simulator.Adyen;

/// <summary>One notification item of a standard webhook, signed as Adyen signs: eight fields, joined by colons, not escaped.</summary>
internal sealed record AdyenItem
{
    public required string EventCode { get; init; }
    public required string PspReference { get; init; }
    public string OriginalReference { get; init; } = "";
    public required string MerchantReference { get; init; }
    public required string Currency { get; init; }
    public required long Value { get; init; }
    public required DateTimeOffset EventDate { get; init; }
    public string PaymentMethod { get; init; } = "visa";
    public string Reason { get; init; } = "";
    public bool Success { get; init; } = true;

    /// <summary>Members of additionalData, finished JSON with a comma after each; not signed.</summary>
    public string AdditionalData { get; init; } = "";

    public string Key => $"{PspReference}|{EventCode}|{SuccessText}";

    private string SuccessText => Success ? "true" : "false";

    public string Json(AdyenSecrets secrets)
    {
        var original = OriginalReference.Length == 0 ? "" : $"\"originalReference\":\"{OriginalReference}\",";
        var operations = EventCode == "AUTHORISATION" && Success ? "\"operations\":[\"CANCEL\",\"CAPTURE\",\"REFUND\"]," : "";
        var date = EventDate.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        return $$$"""
            {"NotificationRequestItem":{"additionalData":{ {{{AdditionalData}}}"hmacSignature":"{{{Sign(secrets)}}}"},
            "amount":{"currency":"{{{Currency}}}","value":{{{Value}}} },"eventCode":"{{{EventCode}}}","eventDate":"{{{date}}}",
            "merchantAccountCode":"{{{secrets.MerchantAccount}}}","merchantReference":"{{{Escape(MerchantReference)}}}",
            {{{operations}}}{{{original}}}"paymentMethod":"{{{Escape(PaymentMethod)}}}","pspReference":"{{{PspReference}}}",
            "reason":"{{{Reason}}}","success":"{{{SuccessText}}}"} }
            """;
    }

    /// <summary>Text of a merchant's within a JSON string.</summary>
    public static string Escape(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();

    private string Sign(AdyenSecrets secrets)
    {
        var signed = string.Join(
            ':', PspReference, OriginalReference, secrets.MerchantAccount, MerchantReference,
            Value.ToString(CultureInfo.InvariantCulture), Currency, EventCode, SuccessText);
        return Convert.ToBase64String(HMACSHA256.HashData(secrets.Key, Encoding.UTF8.GetBytes(signed)));
    }
}
