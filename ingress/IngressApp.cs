using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Hosting;
using PaymentPipeline.Hosting.Health;

namespace PaymentPipeline.Ingress;

/// <summary>The service, put together in the order of the data: gateways verify, the log keeps, the endpoint answers.</summary>
internal static class IngressApp
{
    /// <param name="configure">The last word on services; tests register a gateway of their own.</param>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddServiceDefaults("ingress");
        builder.Services.AddGateways(builder.Configuration);
        builder.Services.AddEventLog(builder.Configuration);
        AddIngress(builder.Services);
        configure?.Invoke(builder);

        var app = builder.Build();
        // Before routing, which decodes paths and forgives case: a webhook's address is matched byte by byte or not at all.
        app.UseMiddleware<WebhookMiddleware>();
        app.UseRouting();
        app.MapServiceDefaults();
        return app;
    }

    private static void AddIngress(IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<IngressOptions>, IngressOptionsValidator>();
        services.AddOptions<IngressOptions>().BindConfiguration(IngressOptions.Section).ValidateOnStart();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ServerLimits>();
        // A request runs on where its bytes came in, without a queue between the socket, the server and us (ADR 19): nothing on
        // a webhook's way blocks.
        services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        services.AddSingleton<IngressMetrics>();
        services.AddSingleton<InFlightLimits>();
        services.AddSingleton<WebhookRoutes>();
        services.AddSingleton<AppendWaits>();
        services.AddSingleton<WebhookLog>();
        services.AddSingleton<Refusals>();
        services.AddSingleton<WebhookEndpoint>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookLog>());
        services.AddReadinessCheck<WebhookLog>("event-log", (log, cancellationToken) => log.CheckAsync(cancellationToken));
    }
}
