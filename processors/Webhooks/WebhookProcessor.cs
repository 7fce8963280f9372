using System.Diagnostics;
using Microsoft.Extensions.Options;
using PaymentPipeline.EventLog;
using PaymentPipeline.Processors.Outbox;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Webhooks;

/// <summary>
/// The file to read first: what becomes of the webhooks in the log. One batch of one lane goes this way:
/// <list type="number">
/// <item>Read: the gateway's reader turns bytes into events and facts (<see cref="RecordReader"/>).</item>
/// <item>Claim: an event counts once, for ever.</item>
/// <item>Fold: facts change payments, move money, make events.</item>
/// <item>Commit: all of it in one transaction, a batch at a time (<see cref="PaymentStore"/> does 2 to 4).</item>
/// <item>Publish: the relay is woken and carries the events to payment.events (<see cref="OutboxRelay"/>).</item>
/// </list>
/// When <see cref="ProcessAsync"/> returns, every record is applied, known, parked or quarantined, durably, and the offset may
/// move. While the database is away it does not return, so the offset stays.
/// </summary>
internal sealed class WebhookProcessor(
    RecordReader reader, PaymentStore store, AttemptStore attempts, CrashGuard crashes, OutboxSignal outbox,
    IOptions<ProcessorsOptions> options, ProcessorsMetrics metrics, TimeProvider time, ILogger<WebhookProcessor> logger)
{
    private readonly string _worker = options.Value.WorkerName;
    private readonly int _triesMax = options.Value.RecordTriesMax;

    /// <summary>The records of one lane, in order.</summary>
    public async Task ProcessAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        if (records.Count == 0) return;
        using var activity = Tracing.StartBatch(records);
        if (await Patience.ForAsync(() => crashes.IsSuspectAsync(records, cancellationToken), Retried, time, cancellationToken))
            await ProcessOneByOneAsync(records, cancellationToken);
        else
            await CommitAsync([.. records.Select(reader.Read)], cancellationToken);
    }

    /// <summary>A process died over these records, more than once: whichever it was is found by counting before each.</summary>
    private async Task ProcessOneByOneAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records)
        {
            var tries = await CountAsync(record.Partition.Topic, record.Partition.Number, record.Offset, cancellationToken);
            var rejection = new Rejection(QuarantineReasons.Crashes, $"The worker died over it {tries - 1} times.");
            var incoming = tries > _triesMax ? RecordReader.Reject(record, rejection, tries - 1) : reader.Read(record);
            await CommitAsync([incoming], cancellationToken);
        }
    }

    private async Task CommitAsync(IReadOnlyList<IncomingRecord> batch, CancellationToken cancellationToken)
    {
        try
        {
            var started = time.GetTimestamp();
            var result = await Patience.ForAsync(
                () => store.CommitBatchAsync(batch, _worker, cancellationToken), Retried, time, cancellationToken);
            metrics.Committed(batch, result, time.GetElapsedTime(started), time.GetUtcNow());
            if (result.Staged > 0) outbox.Wake();
            if (result.Quarantined > 0) Log.Quarantined(logger, result.Quarantined, string.Join(", ", result.QuarantineReasons.Distinct()));
        }
        // Not the database's fault (Patience waits those out): something in this batch cannot be stored. Halves of halves
        // find the culprit; its neighbours are stored on the way.
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (batch.Count > 1)
            {
                Log.Split(logger, batch.Count, exception.GetType().Name);
                await CommitAsync([.. batch.Take(batch.Count / 2)], cancellationToken);
                await CommitAsync([.. batch.Skip(batch.Count / 2)], cancellationToken);
            }
            else
            {
                await CommitRefusedAsync(batch[0], exception, cancellationToken);
            }
        }
    }

    /// <summary>One record that could not be stored: tried a few times more, then quarantined with the reason.</summary>
    private async Task CommitRefusedAsync(IncomingRecord record, Exception exception, CancellationToken cancellationToken)
    {
        if (record.Rejection is not null) throw new UnreachableException("A dead letter could not be stored.", exception);
        var tries = await CountAsync(record.Topic, record.Partition, record.Offset, cancellationToken);
        metrics.Refused();
        Log.Refused(logger, record.Topic, record.Partition, record.Offset, tries, exception.GetType().Name);
        var next = tries < _triesMax ? record : record with
        {
            Events = [],
            Attempts = tries,
            Rejection = new Rejection(QuarantineReasons.Refused, DatabaseErrors.Describe(exception)),
        };
        await CommitAsync([next], cancellationToken);
    }

    private Task<int> CountAsync(string topic, int partition, long offset, CancellationToken cancellationToken) => Patience.ForAsync(
        () => attempts.CountAsync(topic, partition, offset, time.GetUtcNow(), cancellationToken), Retried, time, cancellationToken);

    private void Retried(Exception exception, TimeSpan pause)
    {
        metrics.DatabaseUnavailable();
        Log.DatabaseUnavailable(logger, exception.GetType().Name, DatabaseErrors.Describe(exception), pause.TotalMilliseconds);
    }
}
