using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.PaymentMethods;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>
/// <c>DELETE /v1/payment-methods/{id}</c>: detached at the gateway first, then with us. Again is 204 again; a crash between the two is
/// mended by the gateway's webhook or by the next try.
/// </summary>
internal sealed class RemoveMethod(TenantAccounts accounts, PaymentGatewayRegistry gateways, MethodStore methods, TimeProvider time)
{
    public async Task<IResult> HandleAsync(string id, Caller caller, CancellationToken cancellationToken)
    {
        if (MethodIds.TryParse(id) is not { } methodId
            || await methods.GetAsync(methodId, accounts.VisibilityOf(caller), cancellationToken) is not { } method)
            return Problems.NotFound.ToResult();
        if (method.IsRemoved) return Results.NoContent();
        if (gateways.Find(method.Gateway) is not { } gateway) return Problems.GatewayMisconfigured.ToResult();

        var userId = method.UserId ?? "";
        var reply = await gateway.DetachMethodAsync(
            new DetachMethodCall
            {
                Account = method.Account, Key = $"{MethodResource.IdOf(method.Id)}-detach", UserId = userId, Token = method.GatewayToken,
                GatewayCustomerId = await methods.CustomerAsync(userId, method.Gateway, method.Account, cancellationToken),
            }, CancellationToken.None);
        var isGone = reply.Outcome == GatewayOutcome.Accepted
            || (reply.Outcome == GatewayOutcome.Refused && reply.Failure?.Code is FailureCodes.NotFound or FailureCodes.AlreadyDone);
        if (!isGone) return MethodAnswers.Failed(reply);

        var told = reply.Facts.Any(fact => fact.Kind == FactKind.PaymentMethodDetached) ? reply.Facts : [Detached(method)];
        await methods.SettleAsync([.. told.Select(fact => fact with { UserId = method.UserId })], userId, CancellationToken.None);
        return Results.NoContent();
    }

    /// <summary>The gateway has it no more and tells nothing: as its webhook would.</summary>
    private Fact Detached(PaymentMethod method) => new()
    {
        Gateway = method.Gateway,
        Account = method.Account,
        Kind = FactKind.PaymentMethodDetached,
        Key = FactKey.Of(FactKind.PaymentMethodDetached, method.GatewayToken),
        Reference = method.GatewayToken,
        Aliases = [method.GatewayToken],
        FoundsPayment = false,
        OccurredAt = time.GetUtcNow(),
    };
}
