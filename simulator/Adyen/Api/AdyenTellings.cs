using System.Text;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>The webhooks of what came by the API.</summary>
internal static class AdyenTellings
{
    public static Telling Authorisation(AdyenBooks books, AdyenCharge charge, AdyenVerdict verdict)
    {
        var code = Dice.Number(books.Floor.Random, 6);
        var method = charge.Method;
        var shopper = charge.Shopper is null ? "" : $"\"shopperReference\":\"{AdyenItem.Escape(charge.Shopper)}\",";
        var additional = $"""
            "cardSummary":"{method.LastFour}","expiryDate":"{method.ExpiryMonth}/{method.ExpiryYear}","cvcResult":"1 Matches",
            "avsResult":"7 Both postal code and address match","totalFraudScore":"12","fraudResultType":"GREEN","fraudRiskLevel":"low",
            "paymentMethodVariant":"{AdyenItem.Escape(method.Brand)}","refusalReasonRaw":"{verdict.Raw}",{shopper}
            """;
        return verdict.IsAuthorised
            ? Item(books, charge, "AUTHORISATION", charge.Psp, "", charge.Reference, charge.Amount,
                $"{code}:{method.LastFour}:{method.ExpiryMonth}/{method.ExpiryYear}", additional: $"\"authCode\":\"{code}\",{additional}")
            : Item(books, charge, "AUTHORISATION", charge.Psp, "", charge.Reference, charge.Amount, verdict.Reason, false, additional);
    }

    public static Telling Pending(AdyenBooks books, AdyenCharge charge) =>
        Item(books, charge, "PENDING", charge.Psp, "", charge.Reference, charge.Amount);

    /// <param name="success">Whether the event is true: CAPTURE_FAILED is, when a capture failed.</param>
    public static Telling Modification(
        AdyenBooks books, AdyenCharge charge, string eventCode, string psp, string? reference, long amount, string reason,
        bool success, string additional = "") =>
        Item(books, charge, eventCode, psp, charge.Psp, reference ?? charge.Reference, amount, reason, success, additional);

    public static Telling Token(AdyenBooks books, AdyenToken token, string what)
    {
        var id = books.NewPsp();
        var body = $$$"""
            {"createdAt":"{{{books.Floor.Time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss}}}+00:00","environment":"test","eventId":"{{{id}}}",
            "type":"recurring.token.{{{what}}}","data":{"merchantAccount":"{{{books.Floor.Secrets.AdyenMerchantAccount}}}",
            "operation":"{{{what}}}","shopperReference":"{{{AdyenItem.Escape(token.Shopper)}}}",
            "storedPaymentMethodId":"{{{token.Id}}}","type":"{{{AdyenItem.Escape(token.Method.Brand)}}}"} }
            """;
        return new Telling("adyen", AdyenBooks.Account, id, $"recurring.token.{what}", Encoding.UTF8.GetBytes(body), token.Truth);
    }

    private static Telling Item(
        AdyenBooks books, AdyenCharge charge, string eventCode, string psp, string original, string reference, long amount,
        string reason = "", bool success = true, string additional = "")
    {
        var item = new AdyenItem
        {
            EventCode = eventCode, PspReference = psp, OriginalReference = original, MerchantReference = reference,
            Currency = charge.Currency.Code, Value = charge.Currency.Wire(amount), EventDate = books.Floor.Time.GetUtcNow(),
            PaymentMethod = charge.Method.Brand, Reason = reason, Success = success, AdditionalData = additional,
        };
        var body = Encoding.UTF8.GetBytes(item.Json(books.Floor.Secrets.Adyen));
        return new Telling("adyen", AdyenBooks.Account, item.Key, eventCode, body, charge.Truth, IsItem: true);
    }
}
