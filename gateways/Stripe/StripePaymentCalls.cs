using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>The calls that move money, or get ready to.</summary>
internal static class StripePaymentCalls
{
    public static async Task<GatewayReply> CreateAsync(StripeApi api, CreatePaymentCall call, CancellationToken cancellationToken)
    {
        var customer = call.GatewayCustomerId;
        if (customer is null && call is { SaveMethod: true, UserId: { } userId })
        {
            var made = await StripeMethodCalls.CustomerAsync(api, userId, call.Payer, call.Key, cancellationToken);
            if (made.Outcome != GatewayOutcome.Accepted) return made;
            customer = made.GatewayCustomerId;
        }

        var answer = await api.PostAsync("create", ["payment_intents"], StripeRequests.Create(call, customer), call.Key, cancellationToken);
        var expected = new StripeExpectation(call.PaymentId, call.GatewayPaymentId, call.Amount.Currency, call.Amount, IsOurs: true);
        var reply = StripeReplies.Intent(answer, expected);
        return reply with { GatewayCustomerId = reply.GatewayCustomerId ?? customer };
    }

    public static async Task<GatewayReply> ConfirmAsync(StripeApi api, ConfirmPaymentCall call, CancellationToken cancellationToken)
    {
        var expected = Expected(call, call.Amount.Currency) with { Whole = call.Amount };
        // The payer was at Stripe's own pages and is back: Stripe knows already what came of it.
        if (call is { Token: null, ActionResult.Count: > 0 })
            return StripeReplies.Intent(await StripeLookUps.GetAsync(api, call, cancellationToken), expected);

        var answer = await PostAsync(api, "confirm", call, StripeRequests.Confirm(call), cancellationToken);
        var reply = StripeReplies.Intent(answer, expected);
        return await SettleAsync(api, reply, call, GatewayCallKind.Confirm, null, expected, cancellationToken);
    }

    public static async Task<GatewayReply> CaptureAsync(StripeApi api, CapturePaymentCall call, CancellationToken cancellationToken)
    {
        var expected = Expected(call, call.Amount.Currency);
        var answer = await PostAsync(api, "capture", call, StripeRequests.Capture(call), cancellationToken);
        var reply = StripeReplies.Intent(answer, expected);
        if (reply.Outcome == GatewayOutcome.Accepted && ReceivedOf(answer) < call.Amount.AmountMinor)
            return StripeErrors.Unknown("mismatched_reply", "Stripe received less than what was captured.");
        return await SettleAsync(api, reply, call, GatewayCallKind.Capture, call.OperationId, expected, cancellationToken);
    }

    public static async Task<GatewayReply> CancelAsync(StripeApi api, CancelPaymentCall call, CancellationToken cancellationToken)
    {
        var answer = await PostAsync(api, "cancel", call, StripeRequests.Cancel(call), cancellationToken);
        var expected = Expected(call, null);
        var reply = StripeReplies.Intent(answer, expected);
        if (reply.Outcome == GatewayOutcome.Accepted && answer.Body.Text("status") != "canceled")
            return StripeErrors.Unknown("mismatched_reply", "Stripe's answer is not a canceled payment.");
        return await SettleAsync(api, reply, call, GatewayCallKind.Cancel, null, expected, cancellationToken);
    }

    public static async Task<GatewayReply> RefundAsync(StripeApi api, RefundPaymentCall call, CancellationToken cancellationToken)
    {
        if (call.GatewayPaymentId is null) return StripeErrors.Refused("not_found", "The payment's id at Stripe is not known.");
        var answer = await api.PostAsync("refund", ["refunds"], StripeRequests.Refund(call), call.Key, cancellationToken);
        if (answer.IsSuccess) return StripeReplies.Refund(answer, answer.Body, call, call.OperationId, call.Amount);
        var reply = StripeErrors.Read(answer);
        if (!StripeErrors.IsAboutState(reply)) return reply;
        var standing = await StripeLookUps.RefundAsync(api, call, call.OperationId, call.Amount, cancellationToken);
        // Made, and failed: that is the answer.
        return standing.Outcome == GatewayOutcome.Declined ? standing : Settled(reply, standing);
    }

    private static long ReceivedOf(StripeAnswer answer) => StripeEvent.MoneyOf(answer.Body, "amount_received").AmountMinor;

    private static StripeExpectation Expected(PaymentCall call, Currency? currency) =>
        new(call.PaymentId, call.GatewayPaymentId, currency, null, IsOurs: false);

    private static Task<StripeAnswer> PostAsync(
        StripeApi api, string verb, PaymentCall call, StripeForm form, CancellationToken cancellationToken) =>
        api.PostAsync(verb, ["payment_intents", call.GatewayPaymentId ?? "", verb], form, call.Key, cancellationToken);

    /// <summary>
    /// A payment that is not where the call would have it may be where an earlier sending of the same call, under a key that Stripe has
    /// forgotten, put it. Then the call was done.
    /// </summary>
    private static async Task<GatewayReply> SettleAsync(
        StripeApi api, GatewayReply reply, PaymentCall call, GatewayCallKind kind, string? operationId, StripeExpectation expected,
        CancellationToken cancellationToken)
    {
        if (!StripeErrors.IsAboutState(reply)) return reply;
        var answer = await StripeLookUps.GetAsync(api, call, cancellationToken);
        return Settled(reply, StripeLookUps.Judge(answer, answer.Body, kind, operationId, expected));
    }

    private static GatewayReply Settled(GatewayReply refused, GatewayReply standing) => standing.Outcome switch
    {
        GatewayOutcome.Accepted or GatewayOutcome.Unknown => standing,
        GatewayOutcome.NotDone => standing with { Outcome = GatewayOutcome.Unknown },
        _ => standing with { Outcome = GatewayOutcome.Refused, Failure = refused.Failure, NextAction = null },
    };
}
