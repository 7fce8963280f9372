using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.Payments;

internal static class PaymentRoutes
{
    public static void MapPayments(this RouteGroupBuilder v1)
    {
        v1.MapPost("/payments", (
            JsonBody<CreatePaymentRequest> body, IdempotencyKey key, Caller caller, CreatePayment route,
            CancellationToken cancellationToken) =>
            route.HandleAsync(body, key, caller, cancellationToken)).RequireScope(Scopes.PaymentsWrite);
        v1.MapGet("/payments", (HttpRequest request, Caller caller, ListPayments route, CancellationToken cancellationToken) =>
            route.HandleAsync(request, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/payments/{id}/transactions", (
            string id, Caller caller, GetTransactions route, CancellationToken cancellationToken) =>
            route.HandleAsync(id, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/payments/{id}/timeline", (string id, Caller caller, GetTimeline route, CancellationToken cancellationToken) =>
            route.HandleAsync(id, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/payments/{id}", (
            string id, HttpRequest request, Caller caller, GetPayment route, CancellationToken cancellationToken) =>
            route.HandleAsync(id, request, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapPost("/payments/{id}/confirm", (
            string id, JsonBody<ConfirmPaymentRequest> body, IdempotencyKey key, Caller caller, ConfirmPayment route,
            CancellationToken cancellationToken) =>
            route.HandleAsync(id, body, key, caller, cancellationToken)).RequireScope(Scopes.PaymentsWrite);
        v1.MapPost("/payments/{id}/capture", (
            string id, JsonBody<CapturePaymentRequest> body, IdempotencyKey key, Caller caller, CapturePayment route,
            CancellationToken cancellationToken) =>
            route.HandleAsync(id, body, key, caller, cancellationToken)).RequireScope(Scopes.PaymentsWrite);
        v1.MapPost("/payments/{id}/cancel", (
            string id, JsonBody<CancelPaymentRequest> body, IdempotencyKey key, Caller caller, CancelPayment route,
            CancellationToken cancellationToken) =>
            route.HandleAsync(id, body, key, caller, cancellationToken)).RequireScope(Scopes.PaymentsWrite);
    }
}
