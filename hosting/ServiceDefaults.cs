using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using PaymentPipeline.Hosting.Health;
using PaymentPipeline.Hosting.Problems;
using PaymentPipeline.Hosting.Telemetry;

namespace PaymentPipeline.Hosting;

/// <summary>
/// What every process does alike. <see cref="AddServiceDefaults"/> right after the builder is made,
/// <see cref="MapServiceDefaults"/> among the routes, <see cref="ServiceRun.RunServiceAsync"/> at the end.
/// </summary>
public static class ServiceDefaults
{
    /// <summary>
    /// Secret files, JSON logs, telemetry, health, HTTP/1.1 without a Server header, problem details for every error,
    /// graceful stop.
    /// </summary>
    /// <param name="service">"api", "ingress" or "processors": the name in logs, traces and metrics.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        var services = builder.Services;
        services.AddSingleton(new ServiceIdentity(service));
        services.TryAddSingleton(TimeProvider.System);
        AddSecretFiles(builder.Configuration);
        AddJsonLogs(builder.Logging);
        AddHttp(builder);
        AddGracefulStop(services);
        services.AddTransient<IStartupFilter, ErrorPages>();
        services.AddSingleton<Readiness>();
        services.AddServiceTelemetry(service, builder.Configuration);
        return builder;
    }

    /// <summary><c>/metrics</c>, <c>/health/live</c> and <c>/health/ready</c>, open to whoever reaches the port.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.MapGet("/metrics", MetricsEndpoint.HandleAsync).AllowAnonymous();
        app.MapGet("/health/live", HealthEndpoints.LiveAsync).AllowAnonymous();
        app.MapGet("/health/ready", HealthEndpoints.ReadyAsync).AllowAnonymous();
        return app;
    }

    /// <summary>
    /// After appsettings.json and the environment come secret files, one value each, named <c>Section__Key</c>: from the folder
    /// that <c>Secrets__Directory</c> names, else from systemd's <c>LoadCredential</c>.
    /// </summary>
    private static void AddSecretFiles(ConfigurationManager configuration)
    {
        var folder = configuration["Secrets:Directory"] ?? configuration["CREDENTIALS_DIRECTORY"];
        if (!string.IsNullOrEmpty(folder)) configuration.AddKeyPerFile(Path.GetFullPath(folder), optional: false);
    }

    private static void AddJsonLogs(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        // A full pipe on stdout must not stop payments: lines are dropped instead.
        logging.AddJsonConsole(console => console.UseUtcTimestamp = true);
        logging.AddConsole(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // This category alone decides whether the server makes an Activity for each request; ours are made where they are used.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    private static void AddHttp(WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        builder.Services.Configure<HostFilteringOptions>(filtering => filtering.IncludeFailureMessage = false);
    }

    private static void AddGracefulStop(IServiceCollection services)
    {
        services.AddOptions<StopOptions>().BindConfiguration(StopOptions.Section)
            .Validate(stop => stop.DelaySeconds is >= 0 and <= 60, "Stop:DelaySeconds must be 0 to 60.")
            .ValidateOnStart();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = StopOptions.DrainAtMost);
        services.AddHostedService<GracefulStop>();
    }
}

/// <summary>Which service this process is, and which version of it.</summary>
public sealed record ServiceIdentity(string Name)
{
    public string Version { get; } = typeof(ServiceIdentity).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
