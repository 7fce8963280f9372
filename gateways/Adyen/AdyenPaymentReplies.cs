using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>What was asked for, which an answer must be about.</summary>
/// <param name="PspReference">Adyen's id of the payment; null when none is known.</param>
/// <param name="IsNamedByPayer">
/// True where the request named the payment only by what the payer brought: that could be of another, cheaper payment, so the
/// answer has to name ours.
/// </param>
internal sealed record AdyenAsked(
    string Account, string PaymentId, string Reference, Money Amount, string? PspReference, bool IsNamedByPayer, DateTimeOffset RepliedAt);

/// <summary>
/// Reads the answers of <c>/payments</c> and <c>/payments/details</c>. Their facts are made by the reader of the webhooks, so that
/// both tell the same under the same keys.
/// </summary>
internal static class AdyenPaymentReplies
{
    public static GatewayReply Read(JsonElement root, AdyenAsked asked)
    {
        if (Mismatch(root, asked) is { } what)
            return AdyenErrors.Mismatched(what);
        var resultCode = root.RequiredText("resultCode");
        return resultCode switch
        {
            "Authorised" => Accepted(root, Facts(root, asked, "AUTHORISATION")),
            "Refused" or "Cancelled" or "Error" => Declined(root, asked),
            "RedirectShopper" or "IdentifyShopper" or "ChallengeShopper" or "PresentToShopper" => ToAct(root, asked),
            "Pending" or "Received" when root.At("action").Exists() => ToAct(root, asked),
            "Pending" or "Received" => Accepted(root, Facts(root, asked, "PENDING")),

            // Part of the amount (gift cards), authentication without payment: never asked for.
            _ => AdyenErrors.Unknown("unreadable_reply", "Adyen's answer has a result that was not asked for.", resultCode),
        };
    }

    private static string? Mismatch(JsonElement root, AdyenAsked asked)
    {
        var reference = root.Text("merchantReference");
        if (reference is not null && reference != asked.Reference)
            return "merchantReference";
        var psp = root.Text("pspReference");
        if (asked.IsNamedByPayer && reference is null && (psp is null || psp != asked.PspReference))
            return "payment";
        return IsOurAmount(root, asked.Amount) ? null : "amount";
    }

    /// <summary>False for another amount than ours; an answer need not repeat it.</summary>
    public static bool IsOurAmount(JsonElement root, Money ours)
    {
        var amount = root.At("amount");
        if (!amount.Exists())
            return true;
        root.RequireUnambiguous("amount");
        amount.RequireUnambiguous("value");
        amount.RequireUnambiguous("currency");
        return amount.Integer("value") == Currencies.ToGatewayMinor("adyen", ours) && amount.Text("currency") == ours.Currency.Code;
    }

    private static GatewayReply Accepted(JsonElement root, IReadOnlyList<Fact> facts) => new()
    {
        Outcome = GatewayOutcome.Accepted,
        Facts = facts,
        GatewayPaymentId = root.RequiredText("pspReference"),
    };

    private static GatewayReply Declined(JsonElement root, AdyenAsked asked)
    {
        var notice = NoticeOf(root, asked, "AUTHORISATION", root.RequiredText("pspReference")) with { Success = false };
        return new GatewayReply
        {
            Outcome = GatewayOutcome.Declined,
            Facts = AdyenFacts.Of(notice, AdyenCaptureMode.Manual),
            GatewayPaymentId = notice.PspReference,
            Failure = AdyenFacts.FailureOf(notice),
        };
    }

    private static GatewayReply ToAct(JsonElement root, AdyenAsked asked)
    {
        var action = root.At("action");
        var type = action.RequiredText("type");
        var url = action.Text("url");
        var isRedirect = type == "redirect" && action.Text("method") is null or "GET"
            && Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http";
        return new GatewayReply
        {
            Outcome = GatewayOutcome.Accepted,
            Facts = [AdyenFacts.ToAct(NoticeOf(root, asked, "AUTHORISATION", root.Text("pspReference") ?? ""), type)],
            GatewayPaymentId = root.Text("pspReference"),
            NextAction = isRedirect
                ? new NextAction("redirect", url, action.GetRawText())
                : new NextAction("use_client_library", null, action.GetRawText()),
        };
    }

    // Our reference says who captures, so that the account's setting does not count.
    private static IReadOnlyList<Fact> Facts(JsonElement root, AdyenAsked asked, string eventCode) =>
        AdyenFacts.Of(NoticeOf(root, asked, eventCode, root.RequiredText("pspReference")), AdyenCaptureMode.Manual);

    // As a webhook would tell it. The amount and the reference are ours: where the answer has them they were found equal.
    private static AdyenNotice NoticeOf(JsonElement root, AdyenAsked asked, string eventCode, string psp) => new(
        asked.Account, psp, "", asked.Reference, Currencies.ToGatewayMinor("adyen", asked.Amount).ToString(CultureInfo.InvariantCulture),
        asked.Amount.Currency.Code, eventCode, Success: true, Hints(root, asked.RepliedAt));

    private static JsonElement Hints(JsonElement root, DateTimeOffset repliedAt)
    {
        var additional = root.At("additionalData") is { ValueKind: JsonValueKind.Object } data ? JsonObject.Create(data)! : [];
        if (root.At("fraudResult").Integer("accountScore") is { } score)
            additional["totalFraudScore"] = score.ToString(CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["eventDate"] = repliedAt.ToString("O", CultureInfo.InvariantCulture),
            ["reason"] = root.Text("refusalReason"),
            [AdyenFacts.ReasonCode] = root.Text(AdyenFacts.ReasonCode),
            [AdyenFacts.ResultCode] = root.Text(AdyenFacts.ResultCode),
            ["additionalData"] = additional,
        });
    }
}
