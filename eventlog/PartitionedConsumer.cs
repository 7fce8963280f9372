using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog;

/// <summary>
/// Reads as a member of a group and hands the records to a few lanes, in order within a partition:
/// 1. poll; partitions that came, went or were lost first, then the records, each to the lane of its partition;
/// 2. the lane hands batches to the handler; when it returns, the records are finished (<see cref="ConsumerLane"/>);
/// 3. the contiguous finished prefix of each partition is committed (<see cref="OffsetTracker"/>), a few times a second;
/// 4. a lane that is behind has its partitions paused, so the member keeps polling and stays in the group;
/// 5. at the stop, and for revoked partitions, the work in hand is finished within a limit and committed.
/// A handler sees a record again after a crash or a failed commit: its effect must happen once by its own means.
/// </summary>
public sealed class PartitionedConsumer
{
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    // Paused lanes are looked at this often; one pauses with half its capacity left to do, which takes longer.
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly IEventLog log;
    private readonly PartitionedConsumerOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly string[] topics;
    private readonly ConsumerLane[] lanes;
    private readonly ConcurrentDictionary<TopicPartition, PartitionAssignment> assignments = [];
    private readonly Channel<bool> progress =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <param name="handle">
    /// Gets up to <see cref="PartitionedConsumerOptions.BatchMax"/> records and returns when they are finished; when it
    /// throws, the same records come again. Its token ends when the drain limit has passed.
    /// </param>
    public PartitionedConsumer(
        IEventLog log, PartitionedConsumerOptions options, Func<IReadOnlyList<LogRecord>, CancellationToken, Task> handle,
        TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (this.log, this.options, this.time, this.logger) = (log, options, time, logger);
        topics = [.. options.Topics];
        lanes = new ConsumerLane[options.Lanes];
        for (var i = 0; i < lanes.Length; i++)
            lanes[i] = new ConsumerLane(options, handle, () => progress.Writer.TryWrite(true), time, logger);
    }

    /// <summary>Runs until stopped, then finishes what is in hand and leaves the group.</summary>
    /// <exception cref="OffsetOutOfRangeException">Retention took what this group has not read: an operator must decide.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (await SubscribeAsync(stopping) is not { } consumer) return;
        await using var leaving = consumer;
        using var abandon = new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var commits = new OffsetCommits(consumer, options.Group, logger);
        var running = Task.WhenAll(lanes.Select(lane => lane.RunAsync(abandon.Token)));
        var upkeep = Task.WhenAll(CommitFinishedAsync(commits), MeasureLagAsync(over.Token));
        try
        {
            while (!stopping.IsCancellationRequested) await TurnAsync(consumer, commits, stopping);
        }
        finally
        {
            await over.CancelAsync();
            foreach (var lane in lanes) lane.Complete();
            await WithinDrainLimitAsync(running);
            await abandon.CancelAsync();
            await running;
            progress.Writer.TryComplete();
            await upkeep;
            await commits.CommitAsync(assignments.Values);
        }
    }

    private async Task<ILogConsumer?> SubscribeAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                return await log.SubscribeAsync(options.Group, topics, stopping);
            }
            catch (EventLogUnavailableException failure)
            {
                await PauseAfterAsync(failure, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Nothing was read yet.
            }
        }
        return null;
    }

    private async Task TurnAsync(ILogConsumer consumer, OffsetCommits commits, CancellationToken stopping)
    {
        try
        {
            var atMost = PauseAndResume(consumer) ? BusyPoll : IdlePoll;
            var poll = await consumer.PollAsync(options.PollRecordsMax, atMost, stopping);
            foreach (var partition in poll.Lost) End(partition);
            if (poll.Revoked.Count > 0) await GiveUpAsync(poll.Revoked, commits);
            foreach (var partition in poll.Assigned) assignments[partition] = new PartitionAssignment(partition, LaneOf(partition));
            foreach (var record in poll.Records)
                if (assignments.TryGetValue(record.Partition, out var assignment))
                    await assignment.Lane.EnqueueAsync(record, assignment, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What was read and not handed on is unfinished, so it is not committed and comes again.
        }
        catch (EventLogException failure) when (failure is not OffsetOutOfRangeException)
        {
            await PauseAfterAsync(failure, stopping);
        }
    }

    /// <summary>Pauses what feeds a full lane, resumes what feeds one that has caught up. True while anything is paused.</summary>
    private bool PauseAndResume(ILogConsumer consumer)
    {
        var full = assignments.Values.Where(one => !one.Paused && one.Lane.InHand >= options.LaneCapacity).ToList();
        var ready = assignments.Values.Where(one => one.Paused && one.Lane.InHand <= options.LaneCapacity / 2).ToList();
        foreach (var one in full) one.Paused = true;
        foreach (var one in ready) one.Paused = false;
        if (full.Count > 0) consumer.Pause([.. full.Select(one => one.Partition)]);
        if (ready.Count > 0) consumer.Resume([.. ready.Select(one => one.Partition)]);
        return assignments.Values.Any(one => one.Paused);
    }

    private async Task GiveUpAsync(IReadOnlyCollection<TopicPartition> revoked, OffsetCommits commits)
    {
        var mine = revoked.Where(assignments.ContainsKey).Select(partition => assignments[partition]).ToList();
        await WithinDrainLimitAsync(Task.WhenAll(mine.Select(one => one.Tracker.WhenIdle())));
        await commits.CommitAsync(mine);
        foreach (var partition in revoked) End(partition);
    }

    private void End(TopicPartition partition)
    {
        if (assignments.TryRemove(partition, out var assignment)) assignment.End();
    }

    /// <summary>Partition numbers spread evenly; topics are shifted so that their small numbers do not meet in one lane.</summary>
    private ConsumerLane LaneOf(TopicPartition partition) =>
        lanes[(partition.Number + Math.Max(0, Array.IndexOf(topics, partition.Topic))) % lanes.Length];

    private async Task CommitFinishedAsync(OffsetCommits commits)
    {
        while (await progress.Reader.WaitToReadAsync())
        {
            // Ends early at the stop, where the last commit is made after the drain.
            await Task.WhenAny(Task.Delay(options.CommitInterval, time), progress.Reader.Completion);
            progress.Reader.TryRead(out _);
            if (!await commits.CommitAsync(assignments.Values)) progress.Writer.TryWrite(true);
        }
    }

    private async Task MeasureLagAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                foreach (var topic in topics) await MeasureLagAsync(topic, stopping);
            }
            catch (EventLogException failure)
            {
                Log.LagUnknown(logger, options.Group, failure);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            await Task.WhenAny(Task.Delay(options.LagInterval, time, stopping));
        }
    }

    /// <summary>The lag of the whole group, so every member reports the same figure.</summary>
    private async Task MeasureLagAsync(string topic, CancellationToken stopping)
    {
        var committed = await log.GetCommittedAsync(options.Group, [topic], stopping);
        var offsets = await log.GetOffsetsAsync(topic, stopping);
        var lag = offsets.Sum(one => one.Value.Next - committed.GetValueOrDefault(one.Key, one.Value.First));
        EventLogMetrics.Lag.Record(
            lag, new KeyValuePair<string, object?>("group", options.Group), new KeyValuePair<string, object?>("topic", topic));
    }

    private async Task WithinDrainLimitAsync(Task work) => await Task.WhenAny(work, Task.Delay(options.DrainLimit, time));

    private async Task PauseAfterAsync(EventLogException failure, CancellationToken stopping)
    {
        Log.PollFailed(logger, options.Group, failure);
        await Task.WhenAny(Task.Delay(RetryPause * (0.5 + Random.Shared.NextDouble()), time, stopping));
    }
}
