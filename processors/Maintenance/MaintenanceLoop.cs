using Microsoft.Extensions.Options;
using PaymentPipeline.Processors.Outbox;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Processors.Maintenance;

/// <summary>
/// What has to be done now and then, by any worker or by several at once:
/// <list type="number">
/// <item>Fold parked facts whose payment appeared while they were being parked.</item>
/// <item>Turn facts that waited too long into external payments: never dropped.</item>
/// <item>Close the audit chain over what was committed.</item>
/// <item>Forget counts of tries that nobody needs any more.</item>
/// <item>Take events that are too old out of the feed.</item>
/// <item>Forget the callers' keys that are past their time; what was done under them stays.</item>
/// <item>Measure what waits.</item>
/// </list>
/// </summary>
internal sealed class MaintenanceLoop(
    PaymentStore payments, ParkedStore parked, DeadLetterStore deadLetters, OutboxStore outbox, AttemptStore attempts, AuditChain chain,
    EventFeed feed, IdempotencyKeys keys, OutboxSignal signal, MigrationAtStart migration, IOptions<ProcessorsOptions> options,
    ProcessorsMetrics metrics, TimeProvider time, ILogger<MaintenanceLoop> logger) : BackgroundService
{
    private const int AtATime = 500;

    // Long enough for a poison record of a long week-end to be recognised.
    private static readonly TimeSpan attemptsKept = TimeSpan.FromDays(7);

    private readonly string _worker = options.Value.WorkerName;
    private readonly TimeSpan _feedKept = TimeSpan.FromDays(options.Value.FeedKeptDays);
    private readonly TimeSpan _pause = TimeSpan.FromMilliseconds(options.Value.MaintenanceMs);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migration.Done.WaitAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing here is urgent: it is all there at the next turn.
                Log.MaintenanceFailed(logger, exception.GetType().Name);
            }
            await Task.Delay(_pause, time, stoppingToken);
        }
    }

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        // 1.
        await SettleAsync(await parked.FindResolvableAsync(AtATime, cancellationToken), found: false, cancellationToken);

        // 2.
        var overdue = await parked.FindOverdueAsync(time.GetUtcNow(), AtATime, cancellationToken);
        var takenIn = await SettleAsync(overdue, found: true, cancellationToken);
        if (takenIn > 0) Log.TakenInAsExternal(logger, takenIn);

        // 3.
        while (await chain.CloseAsync(AtATime, cancellationToken) == AtATime) cancellationToken.ThrowIfCancellationRequested();

        // 4.
        await attempts.ForgetAsync(time.GetUtcNow() - attemptsKept, cancellationToken);

        // 5.
        while (await feed.ForgetAsync(time.GetUtcNow() - _feedKept, AtATime, cancellationToken))
            cancellationToken.ThrowIfCancellationRequested();

        // 6.
        while (await keys.ForgetAsync(AtATime, cancellationToken) == AtATime) cancellationToken.ThrowIfCancellationRequested();

        // 7.
        metrics.Waiting(
            await parked.CountAsync(cancellationToken), await deadLetters.CountOpenAsync(cancellationToken),
            await outbox.BacklogAsync(cancellationToken));
    }

    private async Task<int> SettleAsync(long[] ids, bool found, CancellationToken cancellationToken)
    {
        if (ids.Length == 0) return 0;
        var result = await payments.SettleParkedAsync(ids, found, _worker, cancellationToken);
        metrics.Unparked(result.Unparked);
        metrics.Quarantined(result.QuarantineReasons);
        metrics.Published(result.Published);
        if (result.Staged > 0) signal.Wake();
        return result.Unparked;
    }
}
