using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.Refunds;

internal static class RefundRoutes
{
    public static void MapRefunds(this RouteGroupBuilder v1)
    {
        v1.MapPost("/refunds", (
            JsonBody<CreateRefundRequest> body, IdempotencyKey key, Caller caller, CreateRefund route,
            CancellationToken cancellationToken) =>
            route.HandleAsync(body, key, caller, cancellationToken)).RequireScope(Scopes.RefundsWrite);
    }
}
