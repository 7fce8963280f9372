using System.Text.Json;
using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Outbox;

/// <summary>
/// Carries staged events to the log, in order per key.
/// <list type="number">
/// <item>Hold the shards: leases in the database, one owner at a time, renewed at a third of their time.</item>
/// <item>Read what waits, in the order of the ids within each shard. Nothing there: wait for a ring, or a moment.</item>
/// <item>Append it to the log, outside any transaction.</item>
/// <item>Move it into the feed, fenced by the lease's epoch.</item>
/// </list>
/// Dying between 3 and 4 publishes the same ids and bytes again; dying anywhere loses nothing. Where the log is in the books' database
/// all of it is one transaction (<see cref="JoinedPublication"/>), and only what the API staged comes this way.
/// </summary>
internal sealed class OutboxRelay(
    OutboxStore store, IEventLog log, OutboxSignal signal, MigrationAtStart migration, IOptions<ProcessorsOptions> options,
    ProcessorsMetrics metrics, TimeProvider time, ILogger<OutboxRelay> logger, JoinedPublication? joined = null) : BackgroundService
{
    private static readonly TimeSpan failurePauseMax = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Between two publications of what the API staged, at least: each costs three commits (its own, and that readers of log and feed
    /// are told), which the API's transactions wait behind.
    /// </summary>
    private static readonly TimeSpan apart = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// Between the beginnings of two publications to a log of its own, where events follow closely: each is a request to every partition,
    /// and for those who read as well. A few go at once; of enough the price is small.
    /// </summary>
    private static readonly TimeSpan apartOnLog = TimeSpan.FromMilliseconds(25);

    private const int FewEvents = 8;
    private const int EnoughEvents = 128;

    private readonly string _owner = options.Value.WorkerName;
    private readonly int _shardBatchMax = options.Value.OutboxShardBatchMax;
    private readonly TimeSpan _poll = TimeSpan.FromMilliseconds(options.Value.OutboxPollMs);
    private readonly TimeSpan _leaseTime = TimeSpan.FromSeconds(options.Value.OutboxLeaseSeconds);
    private IReadOnlyList<OutboxLease> _leases = [];
    private long? _renewedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Done.WaitAsync(stoppingToken);
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var began = time.GetTimestamp();
                var published = joined is null ? await PublishAsync(stoppingToken) : await PublishAsync(joined, stoppingToken);
                failures = 0;
                if (published == 0) await signal.WaitAsync(_poll, stoppingToken);
                else if (joined is not null) await Task.Delay(apart, time, stoppingToken);
                else if (published is > FewEvents and < EnoughEvents) await RestAsync(began, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            // The log or the database is away, or an append ended without an answer: the rows are still there, and the same
            // rows again are right.
            catch (Exception exception)
            {
                var pause = TimeSpan.FromMilliseconds(Math.Min(failurePauseMax.TotalMilliseconds, 50 << Math.Min(failures++, 10)));
                Log.PublishFailed(logger, exception.GetType().Name, pause.TotalMilliseconds);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        if (joined is null) await ReleaseAsync();
    }

    private Task RestAsync(long began, CancellationToken cancellationToken)
    {
        var left = apartOnLog - time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? Task.Delay(left, time, cancellationToken) : Task.CompletedTask;
    }

    private async Task<int> PublishAsync(JoinedPublication publication, CancellationToken cancellationToken)
    {
        var published = await publication.PublishWaitingAsync(cancellationToken);
        metrics.Published(published);
        return published.ByTopic.Sum(topic => topic.Value);
    }

    /// <summary>Steps 1 to 4 once; returns how many events were published.</summary>
    public async Task<int> PublishAsync(CancellationToken cancellationToken)
    {
        // 1.
        if (_renewedAt is not { } renewed || time.GetElapsedTime(renewed) > _leaseTime / 3) await RenewAsync(cancellationToken);
        if (_leases.Count == 0) return 0;

        // 2.
        var messages = await store.ReadAsync(_leases, _shardBatchMax, cancellationToken);
        if (messages.Count == 0) return 0;

        // 3.
        var started = time.GetTimestamp();
        await log.AppendAsync([.. messages.Select(ToRecord)], cancellationToken);
        metrics.Published(messages, time.GetElapsedTime(started), time.GetUtcNow());

        // 4. Not cancelled: what was published should not be published again for the sake of a stop.
        var removed = await store.MoveToFeedAsync(_owner, _leases, messages, CancellationToken.None);
        if (removed < messages.Count)
        {
            Log.LeaseLost(logger, messages.Count - removed);
            _renewedAt = null;
        }
        return messages.Count;
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        // Measured from before the question, so that our idea of the lease never outlasts the database's.
        var asked = time.GetTimestamp();
        var leases = await store.AcquireAsync(_owner, _leaseTime, cancellationToken);
        if (leases.Count != _leases.Count) Log.LeasesChanged(logger, leases.Count);
        (_leases, _renewedAt) = (leases, asked);
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await store.ReleaseAsync(_owner, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The leases run out by themselves.
            Log.PublishFailed(logger, exception.GetType().Name, 0);
        }
    }

    private static LogAppend ToRecord(OutboxMessage message)
    {
        var headers = new List<KeyValuePair<string, string>>(4)
        {
            new(LogHeaders.EventId, message.EventId),
            new(LogHeaders.EventType, message.EventType),
        };
        if (message.Headers is not null)
            headers.AddRange(JsonSerializer.Deserialize<Dictionary<string, string>>(message.Headers) ?? []);
        return new LogAppend(message.Topic, message.Key, headers, message.Payload);
    }
}
