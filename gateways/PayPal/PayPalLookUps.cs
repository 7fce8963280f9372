using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Reads back what became of a call, and disputes.</summary>
internal sealed class PayPalLookUps(PayPalLine line, PayPalPayments payments, PayPalFinder finder, PayPalReports reports)
{
    public async Task<GatewayReply> LookUpAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        var reply = call.Kind switch
        {
            GatewayCallKind.Create or GatewayCallKind.Confirm => await OrderAsync(call, cancellationToken),
            GatewayCallKind.Capture or GatewayCallKind.Refund => await PartAsync(call, cancellationToken),
            GatewayCallKind.Cancel => await payments.LookUpCancelAsync(call, cancellationToken),
            _ => PayPalReplies.Unreadable("PayPal does not tell what became of such a call."),
        };

        // Not having asked says nothing of what was asked for.
        return reply.Outcome == GatewayOutcome.NotDone || reply.Failure?.Code == "unauthorized"
            ? reply with { Outcome = GatewayOutcome.Unknown }
            : reply;
    }

    public async Task<GatewayReply> ReadDisputeAsync(ReadDisputeCall call, CancellationToken cancellationToken)
    {
        var answer = await line.SendAsync(
            PayPalRequest.Get($"/v1/customer/disputes/{PayPalRequest.Step(call.GatewayDisputeId)}"), cancellationToken);
        if (answer.Failed is { } failed)
            return failed;
        if (!answer.IsSuccess)
            return PayPalReplies.Refused(PayPalError.Of(answer));
        return answer.Body.Text("dispute_id") != call.GatewayDisputeId
            ? PayPalReplies.Unknown(new GatewayFailure("mismatched_reply", Message: "PayPal's answer is about another dispute."))
            : new()
            {
                Outcome = GatewayOutcome.Accepted,
                Facts = PayPalDisputeFacts.Of(PayPalNotice.OfReply(call.Account, answer.Body, answer.At)),
                GatewayReference = call.GatewayDisputeId,
            };
    }

    private async Task<GatewayReply> OrderAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        // PayPal finds no order by our ids; its webhooks name ours, and tell of every order in which money moved.
        if (call.GatewayPaymentId is not { } id)
            return await reports.FindAsync(call, cancellationToken);
        var order = await line.SendAsync(PayPalOrderRequests.Read(id), cancellationToken);
        if (order.Failed is { } failed)
            return failed;
        if (!order.IsSuccess)
            return order.IsNotFound ? PayPalReplies.Refused(PayPalError.Of(order)) : PayPalReplies.Unknown(PayPalError.Of(order).Failure);
        return call.Kind == GatewayCallKind.Confirm && order.Body.Text("status") != "COMPLETED"
            ? finder.NotFoundYet(call.SentAt) with { NextAction = PayPalReplies.NextActionOf(order.Body), GatewayPaymentId = id }
            : PayPalReplies.OfOrder(PayPalExpected.Of(call), order);
    }

    private async Task<GatewayReply> PartAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        var found = await finder.PartAsync(
            PayPalExpected.Of(call), call.GatewayPaymentId, call.Kind == GatewayCallKind.Refund, cancellationToken);
        return found.Outcome == GatewayOutcome.Refused ? finder.NotFoundYet(call.SentAt) : found;
    }
}
