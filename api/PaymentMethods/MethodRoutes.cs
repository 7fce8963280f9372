using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.PaymentMethods;

internal static class MethodRoutes
{
    public static void MapPaymentMethods(this RouteGroupBuilder v1)
    {
        v1.MapPost("/payment-methods", (
            JsonBody<SaveMethodRequest> body, Caller caller, SaveMethod route, CancellationToken cancellationToken) =>
            route.HandleAsync(body, caller, cancellationToken)).RequireScope(Scopes.MethodsWrite);
        v1.MapPatch("/payment-methods/{id}", (
            string id, JsonBody<ChangeMethodRequest> body, Caller caller, UserMethods route, CancellationToken cancellationToken) =>
            route.ChangeAsync(id, body, caller, cancellationToken)).RequireScope(Scopes.MethodsWrite);
        v1.MapDelete("/payment-methods/{id}", (
            string id, Caller caller, RemoveMethod route, CancellationToken cancellationToken) =>
            route.HandleAsync(id, caller, cancellationToken)).RequireScope(Scopes.MethodsWrite);
        v1.MapGet("/users/{userId}/payment-methods", (
            string userId, Caller caller, UserMethods route, CancellationToken cancellationToken) =>
            route.ListAsync(userId, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapPut("/users/{userId}/default-payment-method", (
            string userId, JsonBody<ChooseDefaultRequest> body, Caller caller, UserMethods route, CancellationToken cancellationToken) =>
            route.ChooseAsync(userId, body, caller, cancellationToken)).RequireScope(Scopes.MethodsWrite);
    }

    public static IServiceCollection AddPaymentMethods(this IServiceCollection services) => services
        .AddSingleton<GatewayCustomers>().AddSingleton<SaveMethod>().AddSingleton<RemoveMethod>().AddSingleton<UserMethods>();
}
