using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Merges the appends of many callers into few transactions (group commit):
/// 1. a caller's records join the lane's queue, bounded in records and bytes; beyond it they are refused at once;
/// 2. when the last transaction is durable, all that has come meanwhile goes with the next, in order of arrival, without
///    waiting for more; only where appends come close together, transactions begin a little apart;
/// 3. the callers are answered when the transaction is durable, and only then may reuse their bytes.
/// </summary>
internal sealed class AppendLane : IAsyncDisposable
{
    private const int TriesMax = 4;

    /// <summary>Records of an append that carries its own announcement.</summary>
    private const int SmallMax = 8;

    /// <summary>Of so many the transaction's own price is the smaller part of what each costs.</summary>
    private const int EnoughRecords = 64;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    private readonly LogDatabase database;
    private readonly EventLogOptions options;
    private readonly AppendSignal signal;
    private readonly AppendAnnouncer announcer;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly long recordsMax;
    private readonly long bytesMax;
    private readonly Channel<PendingAppend> queue;
    private readonly Task running;
    private long recordsQueued;
    private long bytesQueued;

    public AppendLane(
        LogDatabase database, EventLogOptions options, AppendSignal signal, AppendAnnouncer announcer, TimeProvider time, ILogger logger)
    {
        (this.database, this.options, this.time, this.logger) = (database, options, time, logger);
        (this.signal, this.announcer) = (signal, announcer);
        recordsMax = Math.Max(1, options.AppendQueueRecordsMax / options.Postgres.AppendsInFlight);
        bytesMax = options.AppendQueueBytesMax / options.Postgres.AppendsInFlight;
        // An entry has at least one record, so the bound in records is never reached here first.
        queue = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions((int)recordsMax + 1) { SingleReader = true });
        running = RunAsync();
    }

    /// <exception cref="EventLogUnavailableException">The queue is full; nothing was appended.</exception>
    public void Enqueue(PendingAppend append)
    {
        var records = Interlocked.Add(ref recordsQueued, append.Records.Length);
        var bytes = Interlocked.Add(ref bytesQueued, append.Bytes);
        // What is larger than the bound by itself may come when nothing else waits.
        var alone = records == append.Records.Length;
        if ((alone || (records <= recordsMax && bytes <= bytesMax)) && queue.Writer.TryWrite(append)) return;
        Forget(append);
        EventLogMetrics.AppendsRefused.Add(1);
        throw new EventLogUnavailableException("The log's queue is full; try again shortly.");
    }

    /// <summary>Appends what is queued, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await running;
    }

    private async Task RunAsync()
    {
        var batch = new List<PendingAppend>();
        var (callers, began) = (0, 0L);
        while (await queue.Reader.WaitToReadAsync())
        {
            // One caller's list says nothing of others who are about to come: whoever brings several has gathered them.
            if (callers > 1) await WaitForMoreAsync(began);
            began = time.GetTimestamp();
            var records = TakeBatch(batch);
            callers = batch.Count;
            if (records > 0) await AppendAsync(batch, records);
            batch.Clear();
        }
    }

    /// <summary>
    /// A transaction of ten records costs nearly as much as one of a hundred. Begun as soon as the last one is durable, they take the
    /// processors from those who are to answer and to apply. Enough of them, or a full transaction, need not wait.
    /// </summary>
    private async Task WaitForMoreAsync(long began)
    {
        var enough = Math.Min(EnoughRecords, options.Postgres.AppendBatchMax);
        while (Interlocked.Read(ref recordsQueued) < enough)
        {
            var left = TimeSpan.FromMilliseconds(options.Postgres.AppendGapMs) - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return;
            await Task.Delay(left < Look ? left : Look, time);
        }
    }

    private int TakeBatch(List<PendingAppend> batch)
    {
        var records = 0;
        var bytes = 0L;
        while (queue.Reader.TryPeek(out var next))
        {
            if (records > 0 && (records + next.Records.Length > options.Postgres.AppendBatchMax
                || bytes + next.Bytes > options.Postgres.AppendBatchBytesMax)) break;
            queue.Reader.TryRead(out _);
            if (IsTooOld(next)) continue;
            batch.Add(next);
            records += next.Records.Length;
            bytes += next.Bytes;
        }
        return records;
    }

    /// <summary>Half of the append's time is over while it waited: its caller would be gone before the answer.</summary>
    private bool IsTooOld(PendingAppend append)
    {
        if (time.GetElapsedTime(append.EnqueuedAt) <= options.AppendTimeout / 2) return false;
        Forget(append);
        EventLogMetrics.AppendsRefused.Add(1);
        AppendAnswers.Give(
            [append], new EventLogUnavailableException("The log is slow and the append waited too long; nothing was appended."));
        return true;
    }

    private async Task AppendAsync(List<PendingAppend> batch, int records)
    {
        var started = time.GetTimestamp();
        try
        {
            var arrays = new AppendBatch(batch);
            var isSmall = records <= SmallMax;
            await AppendWithRetryAsync(arrays, isSmall);
            EventLogMetrics.AppendDuration.Record(time.GetElapsedTime(started).TotalSeconds);
            EventLogMetrics.AppendBatchSize.Record(records);
            EventLogMetrics.RecordsAppended.Add(records);
            AppendAnswers.Give([.. batch], failure: null);
            foreach (var topic in arrays.Topics)
            {
                signal.Wake(topic);
                if (!isSmall) announcer.Announce(topic);
            }
        }
        catch (Exception failure)
        {
            // Every caller must hear of it, whatever it was; the lane goes on with the next batch.
            EventLogMetrics.AppendsFailed.Add(1);
            Log.AppendFailed(logger, records, failure);
            AppendAnswers.Give([.. batch], failure);
        }
        foreach (var append in batch) Forget(append);
    }

    /// <summary>
    /// Again only after the server itself said that it rolled back for a passing reason (deadlock, no free connection).
    /// After a broken link the outcome is unknown, and trying again could append twice: that is the caller's to decide.
    /// </summary>
    private async Task AppendWithRetryAsync(AppendBatch arrays, bool announced)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await database.RunAppendAsync(
                    (connection, _) => arrays.ExecuteAsync(connection, announced ? announcer.ToCommand(arrays.Topics) : null),
                    CancellationToken.None);
                return;
            }
            catch (EventLogUnavailableException failure) when (attempt < TriesMax
                && failure.InnerException is PostgresException
                {
                    SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                        or PostgresErrorCodes.TooManyConnections,
                })
            {
                await Task.Delay(FirstPause * (1 << attempt) * (0.5 + Random.Shared.NextDouble()), time);
            }
        }
    }

    private void Forget(PendingAppend append)
    {
        Interlocked.Add(ref recordsQueued, -append.Records.Length);
        Interlocked.Add(ref bytesQueued, -append.Bytes);
    }
}
