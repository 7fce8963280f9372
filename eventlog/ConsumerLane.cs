using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog;

/// <summary>
/// One handler's queue. Batches go to the handler one after the other, so records of a partition stay in order. A batch
/// that fails is tried again until it succeeds or its partitions are gone: nothing is skipped here; setting a poison
/// record aside is the handler's decision.
/// </summary>
internal sealed class ConsumerLane(
    PartitionedConsumerOptions options, Func<IReadOnlyList<LogRecord>, CancellationToken, Task> handle,
    Action progressed, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);

    // So many in the last batch: more are on their way.
    private const int OftenMin = 8;

    private readonly record struct Item(LogRecord Record, PartitionAssignment Assignment);

    // Room for one poll more than the mark at which partitions are paused, so that a poll need not wait.
    private readonly Channel<Item> queue = Channel.CreateBounded<Item>(
        new BoundedChannelOptions(options.LaneCapacity + options.PollRecordsMax) { SingleReader = true, SingleWriter = true });
    private int inHand;

    public int InHand => Volatile.Read(ref inHand);

    public ValueTask EnqueueAsync(LogRecord record, PartitionAssignment assignment, CancellationToken cancellationToken)
    {
        assignment.Tracker.Deliver(record.Offset);
        Interlocked.Increment(ref inHand);
        EventLogMetrics.RecordsInHand.Add(1);
        return queue.Writer.WriteAsync(new Item(record, assignment), cancellationToken);
    }

    public void Complete() => queue.Writer.TryComplete();

    /// <param name="abandon">Gives up the work in hand; it stays unfinished.</param>
    public async Task RunAsync(CancellationToken abandon)
    {
        var batch = new List<Item>();
        var (comesOften, began) = (false, 0L);
        try
        {
            while (await queue.Reader.WaitToReadAsync(abandon))
            {
                if (comesOften) await WaitForMoreAsync(began, abandon);
                began = time.GetTimestamp();
                while (batch.Count < options.BatchMax && queue.Reader.TryRead(out var item)) batch.Add(item);
                comesOften = batch.Count >= OftenMin;
                await HandleAsync(batch, abandon);
                batch.Clear();
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            Log.DrainLimitPassed(logger, options.Group, InHand);
            EventLogMetrics.RecordsInHand.Add(-InHand);
        }
    }

    private async Task WaitForMoreAsync(long began, CancellationToken abandon)
    {
        var left = options.BatchGap - time.GetElapsedTime(began);
        if (left > TimeSpan.Zero && InHand < options.BatchMax) await Task.Delay(left, time, abandon);
    }

    private async Task HandleAsync(List<Item> batch, CancellationToken abandon)
    {
        for (var attempt = 1; ; attempt++)
        {
            DropWhatIsOver(batch);
            if (batch.Count == 0) return;
            try
            {
                await handle(batch.ConvertAll(item => item.Record), abandon);
                EventLogMetrics.BatchesHandled.Add(1, new KeyValuePair<string, object?>("outcome", "finished"));
                break;
            }
            catch (Exception failure) when (!abandon.IsCancellationRequested)
            {
                // Whatever it was, the records are unfinished: they are tried again for as long as the partitions are ours.
                EventLogMetrics.BatchesHandled.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
                Log.HandlingFailed(logger, options.Group, batch.Count, attempt, failure);
                await Task.Delay(PauseAfter(attempt), time, abandon);
            }
        }
        foreach (var item in batch) item.Assignment.Tracker.Finish(item.Record.Offset);
        Forget(batch.Count);
        progressed();
    }

    private void DropWhatIsOver(List<Item> batch) => Forget(batch.RemoveAll(item => item.Assignment.IsOver));

    private void Forget(int records)
    {
        Interlocked.Add(ref inHand, -records);
        EventLogMetrics.RecordsInHand.Add(-records);
    }

    private static TimeSpan PauseAfter(int attempt)
    {
        var pause = PauseMin * (1 << Math.Min(attempt, 10));
        return (pause < PauseMax ? pause : PauseMax) * (0.5 + Random.Shared.NextDouble() / 2);
    }
}
