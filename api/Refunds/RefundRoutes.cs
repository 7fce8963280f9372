using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.Refunds;

internal static class RefundRoutes
{
    public static void MapRefunds(this RouteGroupBuilder v1)
    {
        v1.MapGet("/refunds", (HttpRequest request, Caller caller, ListRefunds route, CancellationToken cancellationToken) =>
            route.HandleAsync(request, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/refunds/{id}", (string id, Caller caller, GetRefund route, CancellationToken cancellationToken) =>
            route.HandleAsync(id, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapPost("/refunds", (
            JsonBody<CreateRefundRequest> body, IdempotencyKey key, Caller caller, CreateRefund route,
            CancellationToken cancellationToken) =>
            route.HandleAsync(body, key, caller, cancellationToken)).RequireScope(Scopes.RefundsWrite);
    }
}
