using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Maintenance;

/// <summary>
/// Takes out, once an hour, what may go: the log's old records (in PostgreSQL whole tables of a day, and the tables of the next days are
/// made), and parked facts that were settled long ago. The books themselves, and the inbox above all, stay for ever.
/// </summary>
internal sealed class RetentionLoop(
    IEventLog log, GatewayRegistry gateways, ParkedStore parked, MigrationAtStart migration, IOptions<ProcessorsOptions> options,
    TimeProvider time, ILogger<RetentionLoop> logger) : BackgroundService
{
    private const int AtATime = 500;
    private const string Group = "processors";
    private static readonly TimeSpan parkedKept = TimeSpan.FromDays(90);

    private readonly string[] _webhooks = [.. gateways.All.Select(gateway => Topics.Webhooks(gateway.Name))];
    private readonly TimeSpan _logKept = TimeSpan.FromDays(options.Value.LogKeptDays);
    private readonly TimeSpan _pause = TimeSpan.FromMinutes(options.Value.RetentionMinutes);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Done.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_pause, time, stoppingToken);
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // It is all there at the next turn.
                Log.MaintenanceFailed(logger, exception.GetType().Name);
            }
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - _logKept;
        foreach (var topic in _webhooks)
            await log.ApplyRetentionAsync(topic, Earlier(before, await OldestUnreadAsync(topic, cancellationToken)), cancellationToken);
        foreach (var topic in new[] { Topics.PaymentEvents, Topics.DeadWebhooks })
            await log.ApplyRetentionAsync(topic, before, cancellationToken);
        while (await parked.ForgetAsync(time.GetUtcNow() - parkedKept, AtATime, cancellationToken) == AtATime)
            cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>What the processors have not finished stays, however old it is. Null when they have finished with everything.</summary>
    private async Task<DateTimeOffset?> OldestUnreadAsync(string topic, CancellationToken cancellationToken)
    {
        var committed = await log.GetCommittedAsync(Group, [topic], cancellationToken);
        DateTimeOffset? oldest = null;
        foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken))
        {
            var next = committed.GetValueOrDefault(partition, range.First);
            if (next >= range.Next) continue;
            foreach (var record in await log.ReadAsync(partition, next, 1, cancellationToken))
                if (oldest is null || record.AppendedAt < oldest) oldest = record.AppendedAt;
        }
        return oldest;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other < one ? other.Value : one;
}
