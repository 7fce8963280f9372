using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace PaymentPipeline.Hosting.Telemetry;

/// <summary>
/// OpenTelemetry over our meters and activity sources, the runtime's and the server's. Metrics are always readable at
/// <c>/metrics</c>; metrics and traces are pushed over OTLP only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set.
/// </summary>
internal static class ServiceTelemetry
{
    private const string OurNames = "PaymentPipeline.*";

    /// <summary>In seconds, from a fast append (0.5 ms) to the slowest answer that we allow.</summary>
    private static readonly double[] SecondsBuckets =
        [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    public static void AddServiceTelemetry(this IServiceCollection services, string service, IConfiguration configuration)
    {
        var push = !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        services.AddSingleton<PrometheusReader>();
        services.AddSingleton(provider => Meters(service, push, provider.GetRequiredService<PrometheusReader>()));
        services.AddHostedService<StartedWithTheHost<MeterProvider>>();
        if (!push) return;
        services.AddSingleton(_ => Traces(service));
        services.AddHostedService<StartedWithTheHost<TracerProvider>>();
    }

    private static MeterProvider Meters(string service, bool push, PrometheusReader reader)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService($"paymentpipeline-{service}"))
            .AddMeter(OurNames, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel")
            .AddView(BucketsInSeconds)
            .AddReader(reader.Reader);
        if (push) builder.AddOtlpExporter();
        return builder.Build();
    }

    private static TracerProvider Traces(string service) =>
        Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService($"paymentpipeline-{service}"))
            .AddSource(OurNames, "Npgsql")
            .AddOtlpExporter()
            .Build();

    /// <summary>The SDK's default buckets are for milliseconds; an instrument in seconds without advice of its own gets ours.</summary>
    private static MetricStreamConfiguration? BucketsInSeconds(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s", Advice: null }
            ? new ExplicitBucketHistogramConfiguration { Boundaries = SecondsBuckets }
            : null;

    /// <summary>Providers listen from their construction on and flush at disposal; the container does the latter.</summary>
    private sealed class StartedWithTheHost<TProvider>(TProvider provider) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.FromResult(provider);
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
