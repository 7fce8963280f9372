using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// Captures of an authorisation, voids and refunds. What they act on is found first, and with it whether an earlier try of the same
/// operation did it already: PayPal's keys hold for one address, and what is found may be another the next time.
/// </summary>
internal sealed class PayPalPayments(PayPalLine line, PayPalFinder finder, TimeProvider time)
{
    public async Task<GatewayReply> CaptureAsync(CapturePaymentCall call, CancellationToken cancellationToken)
    {
        var found = await finder.AuthorizationAsync(call, call.Aliases, call.OperationId, cancellationToken);
        if (found.IsDone)
            return PayPalReplies.OfCapture(PayPalExpected.Of(call), found.Resource, found.At, call.GatewayPaymentId, found.Authorization);
        if (found.Reply is { } reply)
            return reply;
        var authorization = PayPalReplies.IdOf(found.Resource);
        var answer = await line.SendAsync(PayPalPaymentRequests.Capture(authorization, call), cancellationToken);
        var expected = PayPalExpected.Of(call);
        if (!answer.IsSuccess)
            return await OnErrorAsync(call, answer, error => CaptureRefused(call, error, answer.At), cancellationToken);
        if (!answer.Body.At("amount").Exists())
            answer = await line.SendAsync(PayPalPaymentRequests.ReadCapture(PayPalReplies.IdOf(answer.Body)), cancellationToken);
        return answer.IsSuccess
            ? PayPalReplies.OfCapture(expected, answer.Body, answer.At, call.GatewayPaymentId, authorization)
            : PayPalReplies.Unreadable("PayPal's answer is not a whole capture.");
    }

    /// <summary>
    /// Voids the authorisation. An order that holds no money yet cannot be cancelled at PayPal and is forgotten there by itself: it
    /// counts as void because we alone could complete it, and from now on never do.
    /// </summary>
    public async Task<GatewayReply> CancelAsync(CancelPaymentCall call, CancellationToken cancellationToken)
    {
        var found = await finder.AuthorizationAsync(call, call.Aliases, null, cancellationToken);
        if (!found.IsOpen)
            return OfClosed(call, call.Reason, found);
        var authorization = PayPalReplies.IdOf(found.Resource);
        var answer = await line.SendAsync(PayPalPaymentRequests.Void(authorization), cancellationToken);
        if (answer.IsSuccess && answer.Body.Text("status") == "VOIDED")
            return PayPalReplies.OfAuthorization(call.Account, answer.Body, answer.At, call.GatewayPaymentId);

        // A void has no idempotency key and by default answers with nothing: what came of it is read.
        var read = await line.SendAsync(PayPalPaymentRequests.ReadAuthorization(authorization), cancellationToken);
        if (read.IsSuccess && read.Body.Text("status") == "VOIDED")
            return PayPalReplies.OfAuthorization(call.Account, read.Body, read.At, call.GatewayPaymentId);
        if (answer.Failed is { } failed)
            return failed;
        if (answer.IsSuccess || !read.IsSuccess)
            return PayPalReplies.Unreadable("Whether PayPal voided the authorisation could not be read.");
        var error = PayPalError.Of(answer);
        return error.Kind == PayPalErrorKind.Unsure ? PayPalReplies.Unknown(error.Failure) : PayPalReplies.Refused(error);
    }

    /// <summary>What became of a cancellation, from the authorisation as it is now.</summary>
    public async Task<GatewayReply> LookUpCancelAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        var found = await finder.AuthorizationAsync(call, call.Aliases, null, cancellationToken);
        return found.IsOpen ? finder.NotFoundYet(call.SentAt) : OfClosed(call, null, found);
    }

    public async Task<GatewayReply> RefundAsync(RefundPaymentCall call, CancellationToken cancellationToken)
    {
        var capture = call.GatewayCaptureId;
        if (capture is null)
        {
            var found = await finder.CaptureAsync(call, cancellationToken);
            if (found.IsDone)
                return PayPalReplies.OfRefund(PayPalExpected.Of(call), found.Resource, found.At, call.GatewayPaymentId, null);
            if (found.Reply is { } reply)
                return reply;
            capture = PayPalReplies.IdOf(found.Resource);
        }
        var answer = await line.SendAsync(PayPalPaymentRequests.Refund(capture, call), cancellationToken);
        if (!answer.IsSuccess)
            return await OnErrorAsync(
                call, answer, error => new() { Outcome = GatewayOutcome.Declined, Failure = error.Failure }, cancellationToken);
        if (!answer.Body.At("amount").Exists())
            answer = await line.SendAsync(
                PayPalRequest.Get($"/v2/payments/refunds/{PayPalReplies.IdOf(answer.Body)}"), cancellationToken);
        return answer.IsSuccess
            ? PayPalReplies.OfRefund(PayPalExpected.Of(call), answer.Body, answer.At, call.GatewayPaymentId, capture)
            : PayPalReplies.Unreadable("PayPal's answer is not a whole refund.");
    }

    private async Task<GatewayReply> OnErrorAsync(
        PartCall call, PayPalAnswer answer, Func<PayPalError, GatewayReply> declined, CancellationToken cancellationToken)
    {
        if (answer.Failed is { } failed)
            return failed;
        var error = PayPalError.Of(answer);
        if (error.Kind is PayPalErrorKind.Refused or PayPalErrorKind.NeedsPayer && !answer.MayHaveHappened)
            return PayPalReplies.Refused(error);
        if (error.Kind == PayPalErrorKind.Declined && !answer.MayHaveHappened)
            return declined(error);

        // What stands in the way may be an earlier try of the same operation.
        var found = await finder.PartAsync(PayPalExpected.Of(call), call.GatewayPaymentId, call is RefundPaymentCall, cancellationToken);
        if (found.Outcome is GatewayOutcome.Accepted or GatewayOutcome.Declined)
            return found;
        return error.Kind == PayPalErrorKind.Unsure || found.Outcome == GatewayOutcome.Unknown
            ? PayPalReplies.Unknown(error.Failure)
            : error.Kind == PayPalErrorKind.Declined ? declined(error) : PayPalReplies.Refused(error);
    }

    // The authorisation stands.
    private static GatewayReply CaptureRefused(CapturePaymentCall call, PayPalError error, DateTimeOffset at) => new()
    {
        Outcome = GatewayOutcome.Declined,
        Failure = error.Failure,
        Facts =
        [
            new Fact
            {
                Gateway = "paypal",
                Account = call.Account,
                Kind = FactKind.CaptureRefused,
                Key = FactKey.Of(FactKind.CaptureRefused, call.Key),
                Reference = call.GatewayPaymentId ?? call.PaymentId,
                Aliases = call.GatewayPaymentId is { } order ? [order, call.PaymentId] : [call.PaymentId],
                FoundsPayment = false,
                OccurredAt = at,
                PartId = call.OperationId,
                Amount = call.Amount,
                Details = new FactDetails { FailureCode = error.Failure.GatewayCode, Message = error.Failure.Message },
            },
        ],
    };

    private GatewayReply OfClosed(PaymentCall call, string? reason, PayPalFound found) => found switch
    {
        { IsBeforeMoney: true } => GivenUp(call, reason, found.Resource),
        { Reply: { } reply } => reply,
        _ when found.Resource.Text("status") == "VOIDED" =>
            PayPalReplies.OfAuthorization(call.Account, found.Resource, found.At, call.GatewayPaymentId),
        _ => PayPalReplies.Refused("invalid_state", "The authorisation is not open any more."),
    };

    private GatewayReply GivenUp(PaymentCall call, string? reason, JsonElement order)
    {
        var id = call.GatewayPaymentId!;
        return new()
        {
            Outcome = GatewayOutcome.Accepted,
            GatewayPaymentId = id,
            Facts =
            [
                new Fact
                {
                    Gateway = "paypal",
                    Account = call.Account,
                    Kind = FactKind.Voided,
                    Key = FactKey.Of(FactKind.Voided, id),
                    Reference = id,
                    Aliases = [id, call.PaymentId],
                    FoundsPayment = true,
                    OccurredAt = time.GetUtcNow(),
                    PartId = id,
                    PaymentAmount = PayPalOrderFacts.Total(order),
                    Details = new FactDetails { Reason = reason },
                },
            ],
        };
    }
}
