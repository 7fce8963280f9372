using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ops.Running;

/// <summary>The event log as a command needs it: opened from the system's settings, closed with the command.</summary>
internal static class LogAccess
{
    /// <param name="withGateways">For commands that read webhooks again.</param>
    public static ServiceProvider Services(IConfiguration configuration, bool withGateways = false)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddEventLog(configuration);
        if (withGateways) services.AddGateways(configuration);
        return services.BuildServiceProvider();
    }

    /// <summary>How many records the processors have not finished, over all webhook topics.</summary>
    public static async Task<long> LagAsync(IEventLog log, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var committed = await log.GetCommittedAsync("processors", topics, cancellationToken);
        var lag = 0L;
        foreach (var topic in topics)
            foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken))
                lag += range.Next - committed.GetValueOrDefault(partition, range.First);
        return lag;
    }
}
