using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog.Kafka;
using PaymentPipeline.EventLog.Postgres;

namespace PaymentPipeline.EventLog;

public static class EventLogServices
{
    /// <summary>Registers <see cref="IEventLog"/> with the engine that <c>EventLog__Engine</c> names.</summary>
    public static IServiceCollection AddEventLog(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<EventLogOptions>()
            .Bind(configuration.GetSection(EventLogOptions.Section))
            .PostConfigure(options => UseDatabaseOfTheBooks(options, configuration))
            .ValidateDataAnnotations()
            .Validate(
                options => options.Engine != "postgres" || options.Postgres.ConnectionString.Length > 0,
                "EventLog__Engine is postgres, but neither Database__ConnectionString nor EventLog__Postgres__ConnectionString is set.")
            .Validate(
                options => options.Engine != "kafka" || options.Kafka.BootstrapServers.Length > 0,
                "EventLog__Engine is kafka, but EventLog__Kafka__BootstrapServers is not set.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(Create);
        return services;
    }

    private static IEventLog Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<EventLogOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        return options.Engine switch
        {
            "postgres" => new PostgresEventLog(options, time, loggers.CreateLogger<PostgresEventLog>()),
            "kafka" => new KafkaEventLog(options, time, loggers),
            _ => throw new UnreachableException($"No engine {options.Engine}: the options are validated before."),
        };
    }

    private static void UseDatabaseOfTheBooks(EventLogOptions options, IConfiguration configuration)
    {
        if (options.Postgres.ConnectionString.Length == 0)
            options.Postgres.ConnectionString = configuration["Database:ConnectionString"] ?? "";
    }
}
