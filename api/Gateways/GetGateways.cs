using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Api.Gateways;

/// <summary>The accounts that the caller's payments can go to.</summary>
internal sealed record GatewayList(IReadOnlyList<GatewayResource> Items);

/// <param name="Health">available, degraded (the breaker is trying again) or unavailable (it is open).</param>
/// <param name="Breaker">closed, half_open or open.</param>
/// <param name="FailureShare">0 to 1, of the latest calls.</param>
internal sealed record GatewayResource(
    string Gateway, string Account, string Health, string Breaker, double FailureShare, int CallsInFlight);

/// <summary><c>GET /v1/gateways</c></summary>
internal sealed class GetGateways(TenantAccounts accounts, PaymentGatewayRegistry gateways)
{
    public IResult Handle(Caller caller)
    {
        var mine = from owned in accounts.Of(caller.Tenant)
                   let gateway = gateways.Find(owned.Gateway)
                   where gateway?.Accounts.Contains(owned.Account) == true
                   let health = gateway.HealthOf(owned.Account)
                   select new GatewayResource(
                       owned.Gateway, owned.Account, WordOf(health.Breaker), health.Breaker, Math.Round(health.FailureShare, 3),
                       health.CallsInFlight);
        return Results.Json(new GatewayList([.. mine]), AnswerJson.Default.GatewayList);
    }

    private static string WordOf(string breaker) => breaker switch
    {
        "closed" => "available",
        "half_open" => "degraded",
        _ => "unavailable",
    };
}
