using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Stored ways to pay: a set-up token that the payer agrees to becomes a payment token that stays.</summary>
internal sealed class PayPalVault(PayPalLine line)
{
    private const int PagesMax = 10;

    public async Task<GatewayReply> SaveAsync(SaveMethodCall call, CancellationToken cancellationToken)
    {
        if (call.Token is { } token)
            return await KeepAsync(call, token, call.Key, cancellationToken);
        var answer = await line.SendAsync(PayPalVaultRequests.SetUp(call), cancellationToken);
        if (OnError(answer) is { } failed)
            return failed;
        var setup = PayPalReplies.IdOf(answer.Body);
        if (answer.Body.Text("status") is "APPROVED" or "VAULTED" or "TOKENIZED")
            return await KeepAsync(call, setup, call.Key + "-keep", cancellationToken);
        return new()
        {
            Outcome = GatewayOutcome.Accepted,
            GatewayReference = setup,
            GatewayCustomerId = answer.Body.At("customer").Text("id"),
            NextAction = PayPalReplies.NextActionOf(answer.Body),
        };
    }

    /// <summary>A token that PayPal does not have is as good as deleted.</summary>
    public async Task<GatewayReply> DetachAsync(DetachMethodCall call, CancellationToken cancellationToken)
    {
        var answer = await line.SendAsync(PayPalVaultRequests.Delete(call.Token, call.Key), cancellationToken);
        if (!answer.IsNotFound && OnError(answer) is { } failed)
            return failed;
        var notice = PayPalNotice.OfReply(call.Account, default, answer.At);
        var fact = notice.NewFact(FactKind.PaymentMethodDetached, call.Token, PayPalReferences.Of(call.Token), default);
        return new()
        {
            Outcome = GatewayOutcome.Accepted,
            GatewayReference = call.Token,
            Facts = [fact with { UserId = call.UserId }],
        };
    }

    public async Task<GatewayReply> ListAsync(ListMethodsCall call, CancellationToken cancellationToken)
    {
        if (call.GatewayCustomerId is not { } customer)
            return new() { Outcome = GatewayOutcome.Accepted };
        var facts = new List<Fact>();
        for (var page = 1; page <= PagesMax; page++)
        {
            var answer = await line.SendAsync(PayPalVaultRequests.List(customer, page), cancellationToken);
            if (answer.IsNotFound)
                break;
            if (OnError(answer) is { } failed)
                return failed;
            foreach (var token in PayPalOrder.Array(answer.Body, "payment_tokens"))
                facts.Add(PayPalOtherFacts.Token(PayPalNotice.OfReply(call.Account, token, answer.At), FactKind.PaymentMethodAttached) with
                {
                    UserId = call.UserId,
                });
            if (page >= (answer.Body.Integer("total_pages") ?? 1))
                break;
        }
        return new() { Outcome = GatewayOutcome.Accepted, Facts = facts, GatewayCustomerId = customer };
    }

    private async Task<GatewayReply> KeepAsync(
        SaveMethodCall call, string setupToken, string requestId, CancellationToken cancellationToken)
    {
        var answer = await line.SendAsync(
            PayPalVaultRequests.Keep(PayPalRequest.Step(setupToken), requestId, call.GatewayCustomerId), cancellationToken);
        if (OnError(answer) is { } failed)
            return failed;
        var notice = PayPalNotice.OfReply(call.Account, answer.Body, answer.At);
        return new()
        {
            Outcome = GatewayOutcome.Accepted,
            GatewayReference = PayPalReplies.IdOf(answer.Body),
            GatewayCustomerId = answer.Body.At("customer").Text("id"),
            Facts = [PayPalOtherFacts.Token(notice, FactKind.PaymentMethodAttached) with { UserId = call.UserId }],
        };
    }

    private static GatewayReply? OnError(PayPalAnswer answer)
    {
        if (answer.Failed is not null || answer.IsSuccess)
            return answer.Failed;
        var error = PayPalError.Of(answer);
        return error.Kind switch
        {
            PayPalErrorKind.Unsure or PayPalErrorKind.AlreadyDone => PayPalReplies.Unknown(error.Failure),
            PayPalErrorKind.Declined => new() { Outcome = GatewayOutcome.Declined, Failure = error.Failure },
            PayPalErrorKind.NeedsPayer =>
                PayPalReplies.Refused(error) with { NextAction = PayPalReplies.NextActionOf(answer.Body) },
            _ => PayPalReplies.Refused(error),
        };
    }
}
