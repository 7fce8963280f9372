using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.Storage.PaymentMethods;

namespace PaymentPipeline.Api.Payments;

/// <summary>What a request says about the way to pay, resolved to what the gateway is given.</summary>
/// <param name="Gateway">Bound by a stored method or a token; null where the routing rules choose.</param>
/// <param name="Account">Bound by a stored method; null for any of the gateway's.</param>
internal sealed record WayToPay(Guid? MethodId, BoundMethod? Bound, string? Gateway, string? Account)
{
    public static readonly WayToPay Open = new(null, null, null, null);
}

/// <summary>
/// Finds the way to pay. A stored method is its user's own, within the tenant: another's is not found, a removed one is in conflict.
/// </summary>
internal sealed class WaysToPay(MethodStore methods, PaymentGatewayRegistry gateways)
{
    /// <exception cref="RefusalException">There is no such method, or the request does not say whose token it is.</exception>
    public async Task<WayToPay> ForNewAsync(CreatePaymentRequest request, Visibility visibility)
    {
        if (request.PaymentMethodId is { } methodId)
        {
            var stored = await FindAsync(methodId, request.UserId, visibility);
            if (request.Gateway is { } asked && asked != stored.Gateway)
                throw RequestRules.Wrong("gateway", $"is not the gateway of the payment method, {stored.Gateway}");
            return new WayToPay(stored.Id, await BindAsync(stored), stored.Gateway, stored.Account);
        }
        if (request.Token is not { } token) return WayToPay.Open with { Gateway = request.Gateway };
        return new WayToPay(null, new BoundMethod(token, IsStored: false, null), request.Gateway ?? OnlyGateway(visibility), null);
    }

    /// <summary>For a payment that is at its gateway already.</summary>
    public async Task<BoundMethod?> ForKnownAsync(ConfirmPaymentRequest request, Payment payment, Visibility visibility)
    {
        if (request.PaymentMethodId is not { } methodId)
            return request.Token is { } token ? new BoundMethod(token, IsStored: false, null) : null;
        var stored = await FindAsync(methodId, payment.UserId, visibility);
        return stored.Gateway == payment.Gateway && stored.Account == payment.Account
            ? await BindAsync(stored)
            : throw RequestRules.Wrong("paymentMethodId", $"is of another gateway account than the payment, {payment.Gateway}");
    }

    /// <exception cref="RefusalException">404: no such method of the user's. 409: it was removed.</exception>
    private async Task<PaymentMethod> FindAsync(string methodId, string? userId, Visibility visibility)
    {
        var stored = Identifiers.TryParse(Identifiers.PaymentMethodPrefix, methodId, out var id)
            ? await methods.GetAsync(id, visibility, CancellationToken.None)
            : null;
        if (stored is null || userId is null || stored.UserId != userId)
            throw new RefusalException(Problems.NotFound, "The user has no such payment method.", "paymentMethodId");
        return stored.IsRemoved ? throw new RefusalException(Problems.PaymentMethodRemoved, member: "paymentMethodId") : stored;
    }

    private async Task<BoundMethod> BindAsync(PaymentMethod stored) =>
        new(stored.GatewayToken, IsStored: true, await CustomerAsync(stored.UserId, stored.Gateway, stored.Account));

    /// <summary>The user as the gateway's customer; null for a guest and where the gateway knows none.</summary>
    public async Task<string?> CustomerAsync(string? userId, string gateway, string account) =>
        userId is null ? null : await methods.CustomerAsync(userId, gateway, account, CancellationToken.None);

    /// <summary>A token does not say whose it is; it needs no saying where there is but one gateway.</summary>
    private string OnlyGateway(Visibility visibility)
    {
        var mine = visibility.Accounts.Select(account => account.Gateway).Distinct()
            .Where(name => gateways.Find(name) is not null).ToList();
        return mine is [var only] ? only : throw RequestRules.Wrong("gateway", "is required with token: only its gateway can read it");
    }
}
