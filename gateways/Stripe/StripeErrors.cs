using System.Text.Json;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// What Stripe's errors mean for us. A card error is the payer's bank saying no; the other 4xx refuse the request itself; what says
/// "another is under way" or "failed elsewhere" decides nothing. Source: Stripe's "Error codes" and "Decline codes".
/// </summary>
internal static class StripeErrors
{
    private const int MessageCharsMax = 500;

    public static GatewayReply Refused(string code, string? message = null) =>
        new() { Outcome = GatewayOutcome.Refused, Failure = new GatewayFailure(code, Message: message) };

    public static GatewayReply Unknown(string code, string message) =>
        new() { Outcome = GatewayOutcome.Unknown, Failure = new GatewayFailure(code, Message: message) };

    /// <summary>The reply to an answer that is no success.</summary>
    public static GatewayReply Read(StripeAnswer answer)
    {
        if (answer.Ended is { } ended) return ended;
        var error = answer.Body.At("error");
        if (error.ValueKind != JsonValueKind.Object) throw new UnreadableWebhookException("The error has no \"error\".");
        return new GatewayReply
        {
            Outcome = OutcomeOf(answer, error.Text("type")),
            Failure = FailureOf(error, answer.Status),
            RetryAfter = answer.RetryAfter,
        };
    }

    public static GatewayFailure FailureOf(JsonElement error, int status)
    {
        var code = error.Text("code");
        var message = error.Text("message");
        return new GatewayFailure(
            CodeOf(status, error.Text("type"), code, error.Text("decline_code")), code ?? error.Text("type"), error.Text("decline_code"),
            message is { Length: > MessageCharsMax } ? message[..MessageCharsMax] : message, error.Text("network_decline_code"),
            error.Text("advice_code"));
    }

    /// <summary>The same of the charge that failed.</summary>
    public static GatewayFailure FailureOf(JsonElement charge)
    {
        var (outcome, code) = (charge.At("outcome"), charge.Text("failure_code"));
        var decline = outcome.Text("reason");
        return new GatewayFailure(
            OfCard(code, decline), code, decline, charge.Text("failure_message"), outcome.Text("network_decline_code"),
            outcome.Text("advice_code"));
    }

    /// <summary>The payment, or the money in it, is not where the call would have it: perhaps because the call was done before.</summary>
    public static bool IsAboutState(GatewayReply reply) =>
        reply.Outcome == GatewayOutcome.Refused
        && reply.Failure is { Code: "invalid_state" or "already_done" } or { GatewayCode: "amount_too_large" };

    private static GatewayOutcome OutcomeOf(StripeAnswer answer, string? type) => answer.Status switch
    {
        402 => GatewayOutcome.Declined,
        // The same key with other parameters: what was done under it is not known here.
        400 when type == "idempotency_error" => GatewayOutcome.Unknown,
        // Who may not ask learns nothing of what an earlier try did.
        401 or 403 when answer.IsOfSeveralTries => GatewayOutcome.Unknown,
        // 409: the same key, or another call on the same payment, is under way. 424: something behind Stripe failed.
        408 or 409 or 424 => GatewayOutcome.Unknown,
        _ => GatewayOutcome.Refused,
    };

    private static string CodeOf(int status, string? type, string? code, string? declineCode) => status switch
    {
        402 => OfCard(code, declineCode),
        401 or 403 => "unauthorized",
        404 => "not_found",
        408 or 409 or 424 => "processing_error",
        _ when type == "card_error" => OfCard(code, declineCode),
        _ => code switch
        {
            "payment_intent_unexpected_state" or "setup_intent_unexpected_state" or "payment_method_unexpected_state" or "charge_disputed"
                or "charge_expired_for_capture" or "charge_not_refundable" or "payment_intent_action_required" => "invalid_state",
            "charge_already_captured" or "charge_already_refunded" => "already_done",
            "resource_missing" => "not_found",
            _ => "invalid_request",
        },
    };

    private static string OfCard(string? code, string? declineCode) => (declineCode ?? code) switch
    {
        "insufficient_funds" or "withdrawal_count_limit_exceeded" => "insufficient_funds",
        "expired_card" => "expired_card",
        "authentication_required" or "payment_intent_authentication_failure" => "authentication_required",
        "fraudulent" or "lost_card" or "stolen_card" or "pickup_card" or "merchant_blacklist" or "highest_risk_level"
            or "elevated_risk_level" or "security_violation" => "fraud_suspected",
        "processing_error" or "try_again_later" or "issuer_not_available" or "reenter_transaction" => "processing_error",
        _ => code == "expired_card" ? "expired_card" : "card_declined",
    };
}
