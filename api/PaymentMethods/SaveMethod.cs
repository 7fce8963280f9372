using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage.PaymentMethods;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>
/// <c>POST /v1/payment-methods</c>. Moves no money and needs no key: the same token for the same user is the same method, however
/// often it is sent.
/// <list type="number">
/// <item>The user is made known to the gateway as its customer, and that is written down: a webhook about the method may come before
/// the gateway's answer and names the customer only.</item>
/// <item>The gateway keeps the method, or begins a set-up with the payer.</item>
/// <item>What it answered is folded as its webhook is.</item>
/// </list>
/// </summary>
internal sealed class SaveMethod(
    RequestRules rules, TenantAccounts accounts, PaymentGatewayRegistry gateways, MethodStore methods, GatewayCustomers customers)
{
    private const int TokenMax = 10_000, NameMax = 200;

    public async Task<IResult> HandleAsync(JsonBody<SaveMethodRequest> body, Caller caller, CancellationToken cancellationToken)
    {
        var request = body.Value;
        RequestRules.Reference(request.UserId, "userId");
        RequestRules.Text(request.Token, "token", TokenMax);
        RequestRules.Text(request.Email, "email", NameMax);
        RequestRules.Text(request.Name, "name", NameMax);
        rules.ReturnUrl(request.ReturnUrl, "returnUrl");
        var (gateway, account) = Find(request, caller);

        // 1.
        var payer = new PayerDetails(request.Email, request.Name, null, null, null);
        var made = await customers.EnsureAsync(gateway, account, request.UserId, payer, cancellationToken);
        if (made.Outcome != GatewayOutcome.Accepted) return MethodAnswers.Failed(made);

        // 2.
        var reply = await gateway.SaveMethodAsync(
            new SaveMethodCall
            {
                Account = account, Key = KeyOf(caller, account, request), UserId = request.UserId,
                GatewayCustomerId = made.GatewayCustomerId, Token = request.Token, ReturnUrl = request.ReturnUrl, Payer = payer,
            }, CancellationToken.None);
        if (reply.Outcome != GatewayOutcome.Accepted) return MethodAnswers.Failed(reply);

        // 3.
        var settled = await methods.SettleAsync(
            [.. reply.Facts.Select(fact => fact with { UserId = request.UserId })], request.UserId, CancellationToken.None);
        if (settled.IsAnothers) return Problems.GatewayConflict.ToResult("The token belongs to another user's payment method.");
        if (settled.Methods is not [var method, ..]) return MethodAnswers.SetUp(request, reply);
        if (request.IsDefault == true)
        {
            var (_, chosen) = await methods.ChooseDefaultAsync(
                caller.Tenant, request.UserId, method.Id, accounts.VisibilityOf(caller), CancellationToken.None);
            method = chosen ?? method;
        }
        var resource = MethodResource.Of(method);
        return Results.Json(resource, MethodJson.Default.MethodResource, statusCode: StatusCodes.Status201Created);
    }

    private (IPaymentGateway Gateway, string Account) Find(SaveMethodRequest request, Caller caller)
    {
        if (gateways.Find(request.Gateway) is not { } gateway)
            throw RequestRules.Wrong("gateway", $"must be one of {string.Join(", ", gateways.All.Select(known => known.Name))}");
        var mine = accounts.Of(caller.Tenant)
            .Where(owned => owned.Gateway == gateway.Name && gateway.Accounts.Contains(owned.Account)
                && (request.Account is null || owned.Account == request.Account))
            .ToList();
        return mine is [var account, ..] ? (gateway, account.Account) : throw RequestRules.Wrong("account", "is none of yours");
    }

    /// <summary>
    /// The same for the same wish, so that asking the gateway again does nothing twice; a set-up without a token is a new one within
    /// the gateway's own memory of keys.
    /// </summary>
    private static string KeyOf(Caller caller, string account, SaveMethodRequest request)
    {
        var wish = string.Join('\n', "pm", caller.Tenant, request.Gateway, account, request.UserId, request.Token, request.ReturnUrl,
            request.Email, request.Name);
        return $"pm_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wish)).AsSpan(0, 24))}";
    }
}
