using System.Collections.Frozen;
using System.Text.Json;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>What an answer beside 2xx means.</summary>
internal enum PayPalErrorKind
{
    /// <summary>PayPal did nothing and would do nothing the next time.</summary>
    Refused,

    /// <summary>The payer's bank or PayPal's risk checks said no.</summary>
    Declined,

    /// <summary>The payer must approve first.</summary>
    NeedsPayer,

    /// <summary>It is done already, perhaps by an earlier try of ours: to be read back.</summary>
    AlreadyDone,

    /// <summary>Another try of the same may be under way or may have worked: to be read back, else unknown.</summary>
    Unsure,
}

/// <param name="Failure">Named by the first issue, with PayPal's debug id in its message.</param>
internal sealed record PayPalError(PayPalErrorKind Kind, GatewayFailure Failure)
{
    // The "issue" of the details, which PayPal lists by operation. What is not here is judged by its status.
    private static readonly FrozenDictionary<string, (PayPalErrorKind Kind, string Code)> Issues =
        new Dictionary<string, (PayPalErrorKind, string)>
        {
            ["INSTRUMENT_DECLINED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["PAYMENT_SOURCE_DECLINED_BY_PROCESSOR"] = (PayPalErrorKind.Declined, "card_declined"),
            ["ALIAS_DECLINED_BY_PROCESSOR"] = (PayPalErrorKind.Declined, "card_declined"),
            ["DECLINED_DUE_TO_RELATED_TXN"] = (PayPalErrorKind.Declined, "card_declined"),
            ["TRANSACTION_REFUSED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"] = (PayPalErrorKind.Declined, "card_declined"),
            ["PAYER_CANNOT_PAY"] = (PayPalErrorKind.Declined, "card_declined"),
            ["PAYER_ACCOUNT_RESTRICTED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["PAYER_ACCOUNT_LOCKED_OR_CLOSED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["AGREEMENT_ALREADY_CANCELLED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["AUTHORIZATION_DENIED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["TRANSACTION_LIMIT_EXCEEDED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["PAYMENT_SOURCE_INFO_CANNOT_BE_VERIFIED"] = (PayPalErrorKind.Declined, "card_declined"),
            ["CARD_EXPIRED"] = (PayPalErrorKind.Declined, "expired_card"),
            ["REFERENCED_CARD_EXPIRED"] = (PayPalErrorKind.Declined, "expired_card"),
            ["COMPLIANCE_VIOLATION"] = (PayPalErrorKind.Declined, "fraud_suspected"),
            ["TRANSACTION_BLOCKED_BY_PAYEE"] = (PayPalErrorKind.Declined, "fraud_suspected"),
            ["PAYEE_BLOCKED_TRANSACTION"] = (PayPalErrorKind.Declined, "fraud_suspected"),

            ["ORDER_NOT_APPROVED"] = (PayPalErrorKind.NeedsPayer, "invalid_state"),
            ["PAYER_ACTION_REQUIRED"] = (PayPalErrorKind.NeedsPayer, "invalid_state"),
            ["ORDER_IS_PENDING_APPROVAL"] = (PayPalErrorKind.NeedsPayer, "invalid_state"),
            ["CONSENT_NEEDED"] = (PayPalErrorKind.NeedsPayer, "invalid_state"),

            ["ORDER_ALREADY_CAPTURED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["ORDER_ALREADY_AUTHORIZED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["ORDER_ALREADY_COMPLETED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["ORDER_COMPLETED_OR_VOIDED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["AUTHORIZATION_ALREADY_CAPTURED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["PREVIOUSLY_CAPTURED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["PREVIOUSLY_VOIDED"] = (PayPalErrorKind.AlreadyDone, "already_done"),
            ["CAPTURE_FULLY_REFUNDED"] = (PayPalErrorKind.AlreadyDone, "already_done"),

            // What is left may be less because of an earlier try of the same.
            ["MAX_CAPTURE_AMOUNT_EXCEEDED"] = (PayPalErrorKind.AlreadyDone, "invalid_state"),
            ["MAX_CAPTURE_COUNT_EXCEEDED"] = (PayPalErrorKind.AlreadyDone, "invalid_state"),
            ["REFUND_AMOUNT_EXCEEDED"] = (PayPalErrorKind.AlreadyDone, "invalid_state"),

            ["DUPLICATE_INVOICE_ID"] = (PayPalErrorKind.Unsure, "already_done"),
            ["DUPLICATE_REQUEST_ID"] = (PayPalErrorKind.Unsure, "already_done"),
            ["PAYPAL_REQUEST_ID_PREVIOUSLY_USED"] = (PayPalErrorKind.Unsure, "already_done"),
            ["PREVIOUS_REQUEST_IN_PROGRESS"] = (PayPalErrorKind.Unsure, "gateway_error"),
            ["ORDER_COMPLETION_IN_PROGRESS"] = (PayPalErrorKind.Unsure, "gateway_error"),

            ["ORDER_EXPIRED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["AUTHORIZATION_EXPIRED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["AUTHORIZATION_VOIDED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["CANNOT_BE_VOIDED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["PENDING_CAPTURE"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["TRANSACTION_DISPUTED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["REFUND_TIME_LIMIT_EXCEEDED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["REFUND_FAILED_INSUFFICIENT_FUNDS"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["REFUND_NOT_ALLOWED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["REFUND_IS_RESTRICTED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["PARTIAL_REFUND_NOT_ALLOWED"] = (PayPalErrorKind.Refused, "invalid_state"),
            ["INVALID_RESOURCE_ID"] = (PayPalErrorKind.Refused, "not_found"),
            ["TOKEN_ID_NOT_FOUND"] = (PayPalErrorKind.Refused, "not_found"),
            ["PERMISSION_DENIED"] = (PayPalErrorKind.Refused, "unauthorized"),
            ["NOT_AUTHORIZED"] = (PayPalErrorKind.Refused, "unauthorized"),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Of an answer that is there and no success.</summary>
    public static PayPalError Of(PayPalAnswer answer)
    {
        var issue = FirstIssue(answer.Body);
        var word = issue ?? answer.Body.Text("name") ?? answer.Body.Text("error");
        var (kind, code) = word is not null && Issues.TryGetValue(word, out var known) ? known : OfStatus(answer.Status);
        return new(kind, new GatewayFailure(code, word ?? $"HTTP {answer.Status}", Message: MessageOf(answer)));
    }

    private static (PayPalErrorKind, string) OfStatus(int status) => status switch
    {
        401 or 403 => (PayPalErrorKind.Refused, "unauthorized"),
        404 => (PayPalErrorKind.Refused, "not_found"),
        408 or 409 => (PayPalErrorKind.Unsure, "gateway_error"),
        _ => (PayPalErrorKind.Refused, "invalid_request"),
    };

    private static string? FirstIssue(JsonElement body)
    {
        var details = body.At("details");
        if (details.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var detail in details.EnumerateArray())
            if (detail.Text("issue") is { Length: > 0 } issue)
                return issue;
        return null;
    }

    // PayPal's descriptions of details can quote what was sent: the general sentence only.
    private static string MessageOf(PayPalAnswer answer)
    {
        var text = answer.Body.Text("message") ?? $"PayPal answered {answer.Status}.";
        return answer.DebugId is { } id ? $"{text} (debug id {id})" : text;
    }
}
