using System.Globalization;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// What each eventCode says. <c>success</c> says whether the event is true, not whether the payer is lucky: CAPTURE_FAILED
/// and REFUND_FAILED come with success=true. Only signed fields make facts and amounts; unsigned ones are kept as details,
/// with two exceptions that move no money: the time, and whether CANCEL_OR_REFUND cancelled or refunded.
/// </summary>
internal static class AdyenFacts
{
    /// <summary>What only an answer has of a refusal; webhooks have but the reason's text.</summary>
    public const string ReasonCode = "refusalReasonCode", ResultCode = "resultCode";

    public static IReadOnlyList<Fact> Of(AdyenNotice notice, AdyenCaptureMode mode) => (notice.EventCode, notice.Success) switch
    {
        // A payment of nothing with which a way to pay is kept: the token's own event tells of that.
        ("AUTHORISATION" or "PENDING" or "RECEIVED", _) when notice.Named.IsOperation => [],

        // What the API asked for decides, then the account's setting.
        ("AUTHORISATION", true) => notice.Named.CapturesAtOnce ?? mode == AdyenCaptureMode.Automatic
            ? [Authorized(notice), CapturedAtOnce(notice)]
            : [Authorized(notice)],
        ("AUTHORISATION", false) => [Refused(notice)],

        // One attempt at a payment of ours; another may hold money.
        ("OFFER_CLOSED", true) when notice.Named.IsOurPayment => [Refused(notice)],
        ("PENDING" or "RECEIVED", true) => [Whole(notice, FactKind.Processing)],
        ("OFFER_CLOSED" or "CANCELLATION" or "TECHNICAL_CANCEL" or "EXPIRE", true) => [Voided(notice)],
        ("CANCEL_OR_REFUND", true) => CancelledOrRefunded(notice),

        // Nothing changed; but whoever asked for it waits to hear.
        ("CANCELLATION", false) when notice.Named.IsOperation => [NotCancelled(notice)],
        ("AUTHORISATION_ADJUSTMENT", true) => [Part(notice, FactKind.Authorized)],

        ("CAPTURE", true) => [Part(notice, FactKind.Captured)],
        ("CAPTURE", false) => [FailedPart(notice, FactKind.CaptureRefused)],
        ("CAPTURE_FAILED", true) => [FailedPart(notice, FactKind.CaptureFailed)],

        ("REFUND", true) => [Part(notice, FactKind.RefundSucceeded)],
        ("REFUND", false) => [FailedPart(notice, FactKind.RefundFailed)],
        ("REFUND_FAILED" or "REFUNDED_REVERSED" or "VOID_PENDING_REFUND", true) => [FailedPart(notice, FactKind.RefundFailed)],
        ("POSTPONED_REFUND", true) => [Part(notice, FactKind.RefundPending)],

        ("REQUEST_FOR_INFORMATION" or "NOTIFICATION_OF_CHARGEBACK", true) => [Dispute(notice, FactKind.DisputeOpened)],
        ("CHARGEBACK", true) => [Dispute(notice, FactKind.DisputeFundsWithdrawn)],
        ("CHARGEBACK_REVERSED", true) => [Dispute(notice, FactKind.DisputeFundsReinstated)],
        ("SECOND_CHARGEBACK" or "PREARBITRATION_LOST" or "DISPUTE_DEFENSE_PERIOD_ENDED" or "SCHEME_ARBITRATION_LOST", true) =>
            [Dispute(notice, FactKind.DisputeLost)],
        ("PREARBITRATION_WON" or "ISSUER_RESPONSE_TIMEFRAME_EXPIRED" or "SCHEME_ARBITRATION_WON", true) =>
            [Dispute(notice, FactKind.DisputeWon)],
        ("NOTIFICATION_OF_FRAUD", true) => [Part(notice, FactKind.FraudWarning)],

        ("RECURRING_CONTRACT", true) => [StoredToken(notice)],
        _ => [],
    };

    /// <summary>The payer must act. Adyen may have no id of the payment yet; ours it has.</summary>
    public static Fact ToAct(AdyenNotice notice, string action)
    {
        var fact = Whole(notice, FactKind.RequiresAction) with { Details = new FactDetails { NextActionType = action } };
        if (notice.PspReference.Length > 0)
            return fact;
        var ours = notice.Named.Id ?? throw new UnreadableWebhookException("\"pspReference\" is missing.");
        return fact with { Reference = ours, Aliases = [ours], Key = FactKey.Of(FactKind.RequiresAction, ours), FoundsPayment = false };
    }

    /// <summary>A refund that Adyen has taken on.</summary>
    public static Fact RefundTaken(AdyenNotice notice) => Part(notice, FactKind.RefundPending);

    private static Fact Authorized(AdyenNotice notice) => Whole(notice, FactKind.Authorized) with { Details = Checks(notice) };

    private static Fact Refused(AdyenNotice notice) => Whole(notice, FactKind.Failed) with
    {
        PartId = notice.PspReference,
        Details = FailureOf(notice)?.In(Checks(notice)) ?? Checks(notice),
    };

    /// <summary>Null where nothing says why: an offer that ran out tells of no attempt.</summary>
    public static GatewayFailure? FailureOf(AdyenNotice notice)
    {
        var (code, reason, raw) = (notice.Hint(ReasonCode), notice.Hint("reason"), notice.AdditionalHint("refusalReasonRaw"));
        var result = notice.Hint(ResultCode);
        return code is null && reason is null && raw is null && result is null
            ? null
            : AdyenRefusals.FailureOf(code, reason, result ?? "Refused", raw, notice.AdditionalHint("merchantAdviceCode"));
    }

    private static FactDetails Checks(AdyenNotice notice) => new()
    {
        AvsResult = notice.AdditionalHint("avsResult"),
        CvvResult = notice.AdditionalHint("cvcResult"),
        RiskLevel = notice.AdditionalHint("fraudRiskLevel") ?? notice.AdditionalHint("fraudResultType"),
        RiskScore = RiskScore(notice),
    };

    // A total and not a part: should CAPTURE come all the same, it tells the same money again.
    private static Fact CapturedAtOnce(AdyenNotice notice)
    {
        if (notice.Amount is not { } amount)
            throw new UnreadableWebhookException("An authorisation that captures has no amount.");
        return Whole(notice, FactKind.Captured) with
        {
            Key = FactKey.Total(FactKind.Captured, amount.AmountMinor),
            IsCumulative = true,
            PaymentAmount = amount,
        };
    }

    private static Fact Voided(AdyenNotice notice) => Part(notice, FactKind.Voided) with
    {
        FoundsPayment = notice.OriginalReference.Length == 0,
        // What is released is the authorisation's rest, which nobody names: the amount is that of the whole.
        Amount = null,
        PaymentAmount = notice.Amount,
        Details = new FactDetails { Reason = notice.Hint("reason") },
    };

    private static Fact NotCancelled(AdyenNotice notice) => Part(notice, FactKind.Noted) with
    {
        Amount = null,
        Details = new FactDetails { FailureCode = notice.Hint("reason") },
    };

    // Which of the two it was is not signed. A void moves no money. A refund stays pending, so that nothing is booked until
    // a REFUND or the settlement report says so.
    private static Fact[] CancelledOrRefunded(AdyenNotice notice) => notice.AdditionalHint("modification.action") switch
    {
        "cancel" => [Voided(notice)],
        "refund" => [Part(notice, FactKind.RefundPending)],
        _ => [],
    };

    private static Fact FailedPart(AdyenNotice notice, FactKind kind) => Part(notice, kind) with
    {
        Details = new FactDetails { FailureCode = notice.Hint("reason"), Reason = notice.Hint("reason") },
    };

    private static Fact Dispute(AdyenNotice notice, FactKind kind) => Part(notice, kind) with
    {
        Details = new FactDetails { Reason = notice.AdditionalHint("chargebackReasonCode") ?? notice.Hint("reason") },
    };

    // The pspReference is the token and signed. Whose it is, is not: additionalData.shopperReference is no proof.
    private static Fact StoredToken(AdyenNotice notice) => Whole(notice, FactKind.PaymentMethodAttached) with
    {
        Aliases = [notice.PspReference],
        Amount = null,
        OrderId = null,
    };

    /// <summary>About the payment itself.</summary>
    private static Fact Whole(AdyenNotice notice, FactKind kind) => new()
    {
        Gateway = "adyen",
        Account = notice.Account,
        Kind = kind,
        Key = FactKey.Of(kind, notice.PspReference),
        Reference = notice.PspReference,
        Aliases = WithOurs(notice, notice.PspReference),

        // A payment of ours is named by the attempt that took money, not by one that failed or waits.
        FoundsPayment = !notice.Named.IsOurPayment || kind is FactKind.Authorized or FactKind.Captured,
        OccurredAt = notice.OccurredAt,
        Amount = notice.Amount,
        OrderId = notice.Named.OrderId,
    };

    /// <summary>About a part of a payment: the pspReference names the part, originalReference the payment.</summary>
    private static Fact Part(AdyenNotice notice, FactKind kind) => Whole(notice, kind) with
    {
        Reference = notice.Payment,
        Aliases = notice.OriginalReference.Length == 0
            ? WithOurs(notice, notice.PspReference)
            : WithOurs(notice, notice.OriginalReference, notice.PspReference),
        FoundsPayment = false,
        PartId = notice.PspReference,
    };

    // Our own id finds the payment, or the operation, even where Adyen's reply to our call never came.
    private static IReadOnlyList<string> WithOurs(AdyenNotice notice, params ReadOnlySpan<string> theirs) =>
        notice.Named.Id is { } ours ? [.. theirs, ours] : [.. theirs];

    private static int? RiskScore(AdyenNotice notice)
    {
        var text = notice.AdditionalHint("totalFraudScore");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var score) ? score : null;
    }
}
