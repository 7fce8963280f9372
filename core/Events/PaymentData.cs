using System.Text.Json;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Events;

/// <summary>Writes the <c>data</c> of the events of a payment: the payment after the transition, and what made it.</summary>
internal static class PaymentData
{
    /// <param name="CapturedNow">What this fact added to all that was ever captured, in minor units.</param>
    public readonly record struct State(string Type, string PaymentId, Payment Payment, Fact Fact, Part? Part, long CapturedNow);

    public static void Write(Utf8JsonWriter json, State state)
    {
        var payment = state.Payment;
        json.WriteString("paymentId"u8, state.PaymentId);
        json.WriteString("orderId"u8, payment.OrderId);
        json.WriteString("userId"u8, payment.UserId);
        json.WriteString("gateway"u8, payment.Gateway);
        json.WriteString("gatewayPaymentId"u8, payment.GatewayPaymentId);
        json.WriteString("origin"u8, payment.Origin == PaymentOrigin.Api ? "api"u8 : "external"u8);
        json.WriteString("status"u8, PaymentStatusNames.Of(payment.Status));
        json.WriteNumber("amount"u8, payment.Amount);
        json.WriteString("currency"u8, payment.Currency?.Code);
        json.WriteNumber("amountAuthorized"u8, payment.AmountAuthorized);
        json.WriteNumber("amountCaptured"u8, payment.AmountCaptured);
        json.WriteNumber("amountRefunded"u8, payment.AmountRefunded);
        json.WriteNumber("amountRefundPending"u8, payment.AmountRefundPending);
        json.WriteNumber("amountDisputed"u8, payment.AmountDisputed);
        json.WriteString("occurredAt"u8, state.Fact.OccurredAt.UtcDateTime);
        WriteCause(json, state);
    }

    private static void WriteCause(Utf8JsonWriter json, in State state)
    {
        switch (state.Type)
        {
            case EventTypes.PaymentCaptured:
                WriteCapture(json, state);
                break;
            case EventTypes.PaymentFailed:
                WriteFailure(json, state.Fact.Details);
                break;
            case EventTypes.PaymentRequiresAction:
                json.WriteStartObject("nextAction"u8);
                json.WriteString("type"u8, state.Fact.Details.NextActionType);
                json.WriteEndObject();
                break;
            case EventTypes.RefundInitiated or EventTypes.RefundProcessed or EventTypes.RefundFailed:
                WritePart(json, "refund", Identifiers.RefundPrefix, state);
                break;
            case EventTypes.DisputeOpened or EventTypes.DisputeClosed:
                WritePart(json, "dispute", Identifiers.DisputePrefix, state);
                break;
        }
    }

    private static void WriteCapture(Utf8JsonWriter json, in State state)
    {
        var reference = state.Part?.Id ?? Operations.TotalReference(state.Payment);
        json.WriteStartObject("capture"u8);
        json.WriteString("id"u8, IdOf(Identifiers.CapturePrefix, state.Payment.Id, PartKind.Capture, reference));
        json.WriteString("gatewayId"u8, reference);
        json.WriteNumber("amount"u8, state.CapturedNow);
        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, FactDetails details)
    {
        json.WriteStartObject("failure"u8);
        json.WriteString("code"u8, details.FailureCode ?? details.FailureClass);
        json.WriteString("declineCode"u8, details.DeclineCode);
        json.WriteString("message"u8, details.Message);
        json.WriteEndObject();
    }

    private static void WritePart(Utf8JsonWriter json, string name, string prefix, in State state)
    {
        if (state.Part is not { } part)
            throw new System.Diagnostics.UnreachableException($"{state.Type} without its part.");
        json.WriteStartObject(name);
        json.WriteString("id"u8, IdOf(prefix, state.Payment.Id, part.Kind, part.Id));
        json.WriteString("gatewayId"u8, part.Id);
        json.WriteNumber("amount"u8, part.Amount);
        json.WriteString("reason"u8, state.Fact.Details.Reason ?? state.Fact.Details.FailureCode);
        json.WriteString("status"u8, WordOf(part.Status));
        json.WriteEndObject();
    }

    private static string IdOf(string prefix, Guid paymentId, PartKind kind, string reference) =>
        Identifiers.Format(prefix, Operations.IdOf(paymentId, kind, reference));

    private static string WordOf(OperationStatus status) => status switch
    {
        OperationStatus.Pending => "pending",
        OperationStatus.Succeeded => "succeeded",
        OperationStatus.Failed => "failed",
        OperationStatus.Opened => "opened",
        OperationStatus.FundsWithdrawn => "funds_withdrawn",
        OperationStatus.FundsReinstated => "funds_reinstated",
        OperationStatus.Lost => "lost",
        OperationStatus.Won => "won",
        _ => throw new System.Diagnostics.UnreachableException($"Operation status {status} has no public word."),
    };
}
