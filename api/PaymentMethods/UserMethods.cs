using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Core;
using PaymentPipeline.Storage.PaymentMethods;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>A user's stored ways to pay, and which one is the default. A user has few: they come as one list.</summary>
internal sealed class UserMethods(TenantAccounts accounts, MethodStore methods)
{
    /// <summary><c>GET /v1/users/{userId}/payment-methods</c>; empty for a user that nobody knows.</summary>
    public async Task<IResult> ListAsync(string userId, Caller caller, CancellationToken cancellationToken)
    {
        RequestRules.Reference(userId, "userId");
        var found = await methods.OfUserAsync(userId, accounts.VisibilityOf(caller), cancellationToken);
        return Results.Json(new MethodList([.. found.Select(MethodResource.Of)]), MethodJson.Default.MethodList);
    }

    /// <summary><c>PUT /v1/users/{userId}/default-payment-method</c></summary>
    public async Task<IResult> ChooseAsync(
        string userId, JsonBody<ChooseDefaultRequest> body, Caller caller, CancellationToken cancellationToken)
    {
        RequestRules.Reference(userId, "userId");
        var wanted = body.Value.PaymentMethodId;
        var id = wanted is null ? null : MethodIds.TryParse(wanted);
        if (wanted is not null && id is null) return NoSuchMethod();
        var (found, chosen) = await methods.ChooseDefaultAsync(caller.Tenant, userId, id, accounts.VisibilityOf(caller), cancellationToken);
        if (!found) return NoSuchMethod();
        return chosen is null ? Results.NoContent() : Results.Json(MethodResource.Of(chosen), MethodJson.Default.MethodResource);
    }

    /// <summary><c>PATCH /v1/payment-methods/{id}</c>: the default is all that is ours to change.</summary>
    public async Task<IResult> ChangeAsync(
        string id, JsonBody<ChangeMethodRequest> body, Caller caller, CancellationToken cancellationToken)
    {
        var visibility = accounts.VisibilityOf(caller);
        if (MethodIds.TryParse(id) is not { } methodId
            || await methods.GetAsync(methodId, visibility, cancellationToken) is not { UserId: { } userId } method)
            return Problems.NotFound.ToResult();
        if (method.IsRemoved) return Problems.PaymentMethodRemoved.ToResult();
        if (method.IsDefault != body.Value.IsDefault)
            await methods.ChooseDefaultAsync(caller.Tenant, userId, body.Value.IsDefault ? methodId : null, visibility, cancellationToken);
        var changed = await methods.GetAsync(methodId, visibility, cancellationToken) ?? method;
        return Results.Json(MethodResource.Of(changed), MethodJson.Default.MethodResource);
    }

    private static ProblemResult NoSuchMethod() => Problems.NotFound.ToResult("The user has no such payment method.", "paymentMethodId");
}

internal static class MethodIds
{
    /// <summary>Null for what is no id of a method.</summary>
    public static Guid? TryParse(string text) => Identifiers.TryParse(Identifiers.PaymentMethodPrefix, text, out var id) ? id : null;
}
