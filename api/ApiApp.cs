using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Disputes;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Events;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.OpenApi;
using PaymentPipeline.Api.PaymentMethods;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Gateways;
using PaymentPipeline.Hosting;
using PaymentPipeline.Hosting.Health;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api;

/// <summary>
/// The service, in the order in which a request meets it: 1. every refusal gets its problem, 2. no card number passes,
/// 3. the route is found, 4. the caller is known and may do this, 5. the route does it.
/// </summary>
internal static class ApiApp
{
    /// <param name="configure">The last word on services; tests register a gateway of their own.</param>
    /// <param name="routes">More routes below <c>/v1</c>; for tests.</param>
    public static WebApplication Create(
        string[] args, Action<WebApplicationBuilder>? configure = null, Action<RouteGroupBuilder>? routes = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddServiceDefaults("api");
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddPaymentGateways(builder.Configuration);
        AddApi(builder.Services);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseMiddleware<RefusalPages>();
        app.UseMiddleware<CardNumberGuard>();
        app.UseRouting();
        app.UseMiddleware<CallerCheck>();
        app.MapServiceDefaults();
        app.MapApiDocument();
        var v1 = app.MapGroup(ApiRoutes.Prefix).WithWords().MapV1();
        routes?.Invoke(v1);
        ScopeRules.RequireOnEveryRoute(app);
        return app;
    }

    private static void AddApi(IServiceCollection services)
    {
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ServerLimits>();
        // As in the ingress (ADR 19): nothing on a request's way blocks.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        services.AddAuth();
        services.AddOperations();
        services.AddApiDocument();
        services.AddSingleton<ApiMetrics>();
        services.AddPaymentMethods();
        services.AddSingleton<GetDisputes>();
        services.AddEvents();
        services.AddReadinessCheck<DatabaseHealth>("database", (health, cancellationToken) => health.CheckAsync(cancellationToken));
    }
}
