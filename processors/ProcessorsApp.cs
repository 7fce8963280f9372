using Microsoft.Extensions.Options;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Postgres;
using PaymentPipeline.Gateways;
using PaymentPipeline.Hosting;
using PaymentPipeline.Hosting.Health;
using PaymentPipeline.Processors.Maintenance;
using PaymentPipeline.Processors.Outbox;
using PaymentPipeline.Processors.Webhooks;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors;

/// <summary>The service, in the order of the data: the log gives, gateways read, the books keep, the relay publishes.</summary>
internal static class ProcessorsApp
{
    private const string BatchConnections = "batches";

    /// <param name="configure">The last word on services; tests register a gateway of their own.</param>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddServiceDefaults("processors");
        builder.Services.AddGateways(builder.Configuration);
        builder.Services.AddEventLog(builder.Configuration);
        builder.Services.AddStorage(builder.Configuration);
        AddProcessors(builder.Services);
        if (JoinedLog.IsConfigured(builder.Configuration)) AddJoinedLog(builder.Services);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }

    private static void AddJoinedLog(IServiceCollection services)
    {
        services.AddSingleton<IJoinedLog>(provider => new JoinedLog((PostgresEventLog)provider.GetRequiredService<IEventLog>()));
        services.AddSingleton<JoinedPublication>();
    }

    private static void AddProcessors(IServiceCollection services)
    {
        services.AddOptions<ProcessorsOptions>()
            .BindConfiguration(ProcessorsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // Batches have connections of their own, one for each lane and one for the facts that waited: a pool uses all that it has in turn,
        // and a server process that comes last of many finds none of what it needs in the processor's caches.
        services.AddKeyedSingleton(BatchConnections, (provider, _) => StorageRegistration.Open(
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value,
            provider.GetRequiredService<IOptions<ProcessorsOptions>>().Value.Lanes + 1));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PaymentStore>(
            provider, provider.GetRequiredKeyedService<NpgsqlDataSource>(BatchConnections)));
        services.AddSingleton<ProcessorsMetrics>();
        services.AddSingleton<RecordReader>();
        services.AddSingleton<CrashGuard>();
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton<WebhookProcessor>();
        services.AddSingleton<WebhookConsumer>();
        services.AddSingleton<MigrationAtStart>();
        services.AddHostedService(provider => provider.GetRequiredService<MigrationAtStart>());
        // Stopped from the last to the first: the relay still runs while the consumer finishes what it has in hand.
        services.AddHostedService<OutboxRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<WebhookConsumer>());
        services.AddHostedService<MaintenanceLoop>();
        services.AddHostedService<RetentionLoop>();
        services.AddReadinessCheck<WebhookConsumer>("event-log", (consumer, cancellationToken) => consumer.CheckAsync(cancellationToken));
        services.AddReadinessCheck<DatabaseHealth>("database", (health, cancellationToken) => health.CheckAsync(cancellationToken));
    }
}
