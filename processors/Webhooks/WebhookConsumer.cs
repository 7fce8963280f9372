using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Processors.Webhooks;

/// <summary>
/// Reads the webhooks of all configured gateways as a member of the group <c>processors</c> and hands them to
/// <see cref="WebhookProcessor"/>, lane by lane. A log that is down at start makes us not ready; it does not end the process.
/// </summary>
internal sealed class WebhookConsumer(
    IEventLog log, GatewayRegistry gateways, WebhookProcessor processor, MigrationAtStart migration,
    IOptions<ProcessorsOptions> options, TimeProvider time, ILogger<WebhookConsumer> logger) : BackgroundService
{
    public const string Group = "processors";

    private static readonly TimeSpan retryAfter = TimeSpan.FromSeconds(1);

    private readonly string[] _topics = [.. gateways.All.Select(gateway => Topics.Webhooks(gateway.Name))];
    private volatile string? _notUsable = "the log has not been checked yet";

    /// <summary>Null when the log gives and keeps records.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken) =>
        _notUsable ?? await log.CheckHealthAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Done.WaitAsync(stoppingToken);
        await EnsureTopicsAsync(stoppingToken);
        if (_topics.Length == 0)
        {
            Log.NoGateways(logger);
            return;
        }
        var reading = new PartitionedConsumerOptions(Group, _topics)
        {
            Lanes = options.Value.Lanes,
            BatchMax = options.Value.BatchRecordsMax,
            BatchGap = options.Value.BatchGapOn(log.Engine),
            // One batch in hand and one that waits: what lies longer outlives the youngest generation and is collected dearly.
            LaneCapacity = options.Value.BatchRecordsMax * 2,
        };
        await new PartitionedConsumer(log, reading, processor.ProcessAsync, time, logger).RunAsync(stoppingToken);
    }

    private async Task EnsureTopicsAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await log.EnsureTopicsAsync([.. _topics, Topics.PaymentEvents, Topics.DeadWebhooks], stoppingToken);
                _notUsable = null;
                return;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever is wrong with the log, the answer is the same: not ready, and try again.
                _notUsable = failure is EventLogException ? failure.Message : $"the log cannot be reached ({failure.GetType().Name})";
                Log.LogUnavailable(logger, _notUsable, retryAfter.TotalMilliseconds);
                await Task.Delay(retryAfter, time, stoppingToken);
            }
        }
    }
}
