using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// Creating and completing orders. An order is made with intent CAPTURE or AUTHORIZE; the payer approves it on PayPal's pages,
/// or a stored source stands for the payer; then it is completed: its money is taken or held.
/// </summary>
internal sealed class PayPalOrders(PayPalLine line)
{
    public async Task<GatewayReply> CreateAsync(CreatePaymentCall call, CancellationToken cancellationToken)
    {
        // Before anything is sent: an amount that cannot be written is refused.
        _ = PayPalOrderRequests.Create(call, null);
        var found = await SourceAsync(call, cancellationToken);
        if (found.Failed is { } failed)
            return failed;
        var answer = await line.SendAsync(PayPalOrderRequests.Create(call, found.Source), cancellationToken);
        if (!answer.IsSuccess)
            return OnCreateError(call, answer);

        answer = await WholeAsync(answer, cancellationToken);
        if (answer.Failed is { } lost)
            return PayPalReplies.Unknown(lost.Failure!);
        var reply = PayPalReplies.OfOrder(PayPalExpected.Of(call), answer);
        if (!call.Confirm || reply.Outcome != GatewayOutcome.Accepted || answer.Body.Text("status") != "APPROVED")
            return reply;

        // A stored source approves at once; the money is still to be asked for, under a key of its own that follows from the call's.
        var order = PayPalReplies.IdOf(answer.Body);
        return await CompleteAsync(
            new(PayPalExpected.Of(call), order, call.CaptureMethod, call.Key + "-complete", null), cancellationToken);
    }

    public async Task<GatewayReply> ConfirmAsync(ConfirmPaymentCall call, CancellationToken cancellationToken)
    {
        if (call.GatewayPaymentId is not { } order)
            return PayPalReplies.Refused("not_found", "PayPal's order is not known.");
        PayPalSource? source = null;
        if (call.Token is { } token)
        {
            var found = call.TokenIsStored
                ? await StoredAsync(token, new PayPalInstrument(), cancellationToken)
                : new(Agreement(token), null);
            if (found.Failed is { } failed)
                return failed;
            source = found.Source;
        }
        return await CompleteAsync(new(PayPalExpected.Of(call), order, call.CaptureMethod, call.Key, source), cancellationToken);
    }

    private Task<PayPalAnswer> ReadAsync(string order, CancellationToken cancellationToken) =>
        line.SendAsync(PayPalOrderRequests.Read(order), cancellationToken);

    private sealed record Completion(
        PayPalExpected Expected, string Order, CaptureMethod Method, string RequestId, PayPalSource? Source);

    private async Task<GatewayReply> CompleteAsync(Completion completion, CancellationToken cancellationToken)
    {
        var request = PayPalOrderRequests.Complete(completion.Order, completion.Method, completion.RequestId, completion.Source);
        var answer = await line.SendAsync(request, cancellationToken);
        if (answer.IsSuccess)
        {
            answer = await WholeAsync(answer, cancellationToken);
            return answer.Failed is { } lost
                ? PayPalReplies.Unknown(lost.Failure!) with { GatewayPaymentId = completion.Order }
                : OfOrderAskedFor(completion, answer);
        }
        if (answer.Failed is { } failed)
            return failed with { GatewayPaymentId = completion.Order };

        var error = PayPalError.Of(answer);
        if (error.Kind is PayPalErrorKind.AlreadyDone or PayPalErrorKind.Unsure || answer.MayHaveHappened)
            return await ReadBackAsync(completion, error, cancellationToken);
        return error.Kind switch
        {
            PayPalErrorKind.Declined => DeclinedAt(completion, error, answer),
            PayPalErrorKind.NeedsPayer => await NeedsPayerAsync(completion, error, answer, cancellationToken),
            _ => PayPalReplies.Refused(error) with { GatewayPaymentId = completion.Order },
        };
    }

    private static GatewayReply OfOrderAskedFor(Completion completion, PayPalAnswer answer) =>
        PayPalReplies.IdOf(answer.Body) == completion.Order
            ? PayPalReplies.OfOrder(completion.Expected, answer)
            : PayPalReplies.Unknown(new GatewayFailure("mismatched_reply", Message: "PayPal's answer is about another order."));

    // An earlier try of ours, or another one, may have completed the order: only the order itself can say.
    private async Task<GatewayReply> ReadBackAsync(Completion completion, PayPalError error, CancellationToken cancellationToken)
    {
        var order = await ReadAsync(completion.Order, cancellationToken);
        if (order.IsSuccess && order.Body.Text("status") == "COMPLETED")
            return OfOrderAskedFor(completion, order);
        var isDefinite = order.IsSuccess && error.Kind is not PayPalErrorKind.Unsure;
        var reply = isDefinite ? PayPalReplies.Refused(error) : PayPalReplies.Unknown(error.Failure);
        return reply with { GatewayPaymentId = completion.Order };
    }

    // The payer can choose another source on PayPal's pages: the attempt failed, the order stands.
    private static GatewayReply DeclinedAt(Completion completion, PayPalError error, PayPalAnswer answer) => new()
    {
        Outcome = GatewayOutcome.Declined,
        Facts = [FailedAttempt(FactKind.AttemptFailed, completion.Expected, completion.Order, completion.RequestId, error, answer.At)],
        GatewayPaymentId = completion.Order,
        NextAction = PayPalReplies.NextActionOf(answer.Body),
        Failure = error.Failure,
    };

    private async Task<GatewayReply> NeedsPayerAsync(
        Completion completion, PayPalError error, PayPalAnswer answer, CancellationToken cancellationToken)
    {
        var action = PayPalReplies.NextActionOf(answer.Body);
        if (action is null && await ReadAsync(completion.Order, cancellationToken) is { IsSuccess: true } order)
            action = PayPalReplies.NextActionOf(order.Body);
        return PayPalReplies.Refused(error) with { GatewayPaymentId = completion.Order, NextAction = action };
    }

    private static GatewayReply OnCreateError(CreatePaymentCall call, PayPalAnswer answer)
    {
        if (answer.Failed is { } failed)
            return failed;
        var error = PayPalError.Of(answer);

        // Without an order's id nothing can be read back: its webhooks will tell of it by our payment id.
        if (error.Kind is PayPalErrorKind.Unsure or PayPalErrorKind.AlreadyDone || answer.MayHaveHappened)
            return PayPalReplies.Unknown(error.Failure);
        return error.Kind != PayPalErrorKind.Declined ? PayPalReplies.Refused(error) : new()
        {
            Outcome = GatewayOutcome.Declined,
            Facts = [FailedAttempt(FactKind.Failed, PayPalExpected.Of(call), call.PaymentId, call.Key, error, answer.At)],
            Failure = error.Failure,
        };
    }

    // PayPal tells of such an attempt in its answer only: no webhook names it.
    private static Fact FailedAttempt(
        FactKind kind, PayPalExpected expected, string reference, string requestId, PayPalError error, DateTimeOffset at) => new()
        {
            Gateway = "paypal",
            Account = expected.Account,
            Kind = kind,
            Key = FactKey.Of(kind, requestId),
            Reference = reference,
            Aliases = [.. new[] { reference, expected.PaymentId }.Distinct()],
            FoundsPayment = true,
            OccurredAt = at,
            PartId = requestId,
            Amount = expected.Amount,
            Details = error.Failure.In(FactDetails.None),
        };

    // A replayed answer, or one of a server that does not heed "Prefer", may be the short form.
    private async Task<PayPalAnswer> WholeAsync(PayPalAnswer answer, CancellationToken cancellationToken)
    {
        if (PayPalOrder.IsWhole(answer.Body))
            return answer;
        var read = await ReadAsync(PayPalReplies.IdOf(answer.Body), cancellationToken);
        if (read.IsSuccess && PayPalOrder.IsWhole(read.Body))
            return read;
        return read with { Failed = read.Failed ?? PayPalReplies.Unreadable("PayPal's answer is not a whole order.") };
    }

    private sealed record Found(PayPalSource? Source, GatewayReply? Failed);

    // An order with a stored source is paid as it is made: one that is not to be confirmed yet gets none.
    private async Task<Found> SourceAsync(CreatePaymentCall call, CancellationToken cancellationToken)
    {
        if (!call.Confirm || call.Token is not { } token)
            return new(PayPalOrderRequests.ChosenByPayer(call), null);
        if (!call.TokenIsStored)
            return new(Agreement(token), null);
        var experience = call.ReturnUrl is { } back ? new PayPalExperience(back, back) : null;
        return await StoredAsync(token, new PayPalInstrument(
            ExperienceContext: call.PayerIsPresent ? experience : null,
            StoredCredential: call.PayerIsPresent ? null : new("MERCHANT", "UNSCHEDULED", "SUBSEQUENT")), cancellationToken);
    }

    private static PayPalSource Agreement(string token) => new(Token: new PayPalToken(PayPalRequest.Step(token), "BILLING_AGREEMENT"));

    // An order wants to be told what kind of thing is in the vault; only the vault knows.
    private async Task<Found> StoredAsync(string token, PayPalInstrument how, CancellationToken cancellationToken)
    {
        var answer = await line.SendAsync(PayPalVaultRequests.Read(token), cancellationToken);
        if (answer.Failed is { } failed)
            return new(null, failed.Outcome == GatewayOutcome.Unknown ? failed with { Outcome = GatewayOutcome.NotDone } : failed);
        if (!answer.IsSuccess)
            return new(null, PayPalReplies.Refused(PayPalError.Of(answer)));
        var source = answer.Body.At("payment_source");
        var instrument = how with { VaultId = token };

        // Wallets take no note of who starts the payment.
        var wallet = instrument with { StoredCredential = null };
        if (source.At("card").Exists())
            return new(new PayPalSource(Card: instrument), null);
        if (source.At("venmo").Exists())
            return new(new PayPalSource(Venmo: wallet with { ExperienceContext = null }), null);
        return source.At("paypal").Exists()
            ? new(new PayPalSource(Paypal: wallet), null)
            : new(null, PayPalReplies.Refused("invalid_request", "The stored method is of a kind that cannot be used here."));
    }
}
