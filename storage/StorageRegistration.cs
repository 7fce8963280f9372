using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>Brings the books into a service.</summary>
public static class StorageRegistration
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>()
            .Bind(configuration.GetSection(DatabaseOptions.Section))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => Open(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.TryAddSingleton<StorageMetrics>();
        services.TryAddSingleton<Migrator>();
        services.TryAddSingleton<DatabaseHealth>();
        services.TryAddSingleton<PaymentStore>();
        services.TryAddSingleton<FeedBell>();
        services.TryAddSingleton<Operations.OperationStore>();
        services.TryAddSingleton<Operations.IdempotencyKeys>();
        services.TryAddSingleton<PaymentMethods.MethodStore>();
        services.TryAddSingleton<PaymentQueries>();
        services.TryAddSingleton<PaymentViews>();
        services.TryAddSingleton<PaymentPages>();
        services.TryAddSingleton<PaymentHistory>();
        services.TryAddSingleton<RefundQueries>();
        services.TryAddSingleton<DisputeQueries>();
        services.TryAddSingleton<OutboxStore>();
        services.TryAddSingleton<EventFeed>();
        services.TryAddSingleton<FeedSignal>();
        services.TryAddSingleton<ParkedStore>();
        services.TryAddSingleton<DeadLetterStore>();
        services.TryAddSingleton<AttemptStore>();
        services.TryAddSingleton<AuditChain>();
        return services;
    }

    /// <summary>A pool of connections with what the books need set, whatever the connection string leaves open.</summary>
    /// <param name="connections">At most; null for <see cref="DatabaseOptions.MaxConnections"/>.</param>
    public static NpgsqlDataSource Open(DatabaseOptions options, int? connections = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            MaxPoolSize = connections ?? options.MaxConnections,
            CommandTimeout = options.StatementTimeoutSeconds,
            // The apply path has about twenty statements: parsed and planned once per connection.
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
        };
        settings.ApplicationName ??= "PaymentPipeline";
        // A link that died without a word is noticed within seconds, not after the system's two hours.
        if (settings.KeepAlive == 0) settings.KeepAlive = 10;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
