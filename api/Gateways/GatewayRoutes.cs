using PaymentPipeline.Api.Auth;

namespace PaymentPipeline.Api.Gateways;

internal static class GatewayRoutes
{
    public static void MapGateways(this RouteGroupBuilder v1) =>
        v1.MapGet("/gateways", (Caller caller, GetGateways route) => route.Handle(caller)).RequireScope(Scopes.OpsRead);
}
