using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// The one thread that calls Consume, all the time, so that the group is kept while the caller is slow. In each turn:
/// 1. wait for room in the inbox; when the caller stays slow, pause the partitions and keep polling until there is room;
/// 2. fetch what is there, in batches;
/// 3. within Consume, answer rebalances: partitions that come begin at their committed offset, those that go are first
///    finished and committed by the caller.
/// When that fails, it leaves the group, says that its partitions are lost, and joins anew: brokers that were away for longer than
/// a rebalance waits must not leave a process behind that reads nothing. Only an offset that is not in the log ends it.
/// </summary>
internal sealed class GroupPump
{
    private const string Remedy =
        "Records between the committed and the first kept offset were never processed: find them elsewhere (the gateways' event "
        + "lists), then set the group's offset on purpose.";

    private const int BatchMax = 500;
    private const int PollMs = 100;
    private static readonly TimeSpan slowCaller = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan rejoinAfter = TimeSpan.FromSeconds(1);

    private readonly ClientSettings settings;
    private readonly GroupInbox inbox;
    private readonly string group;
    private readonly string topic;
    private readonly ILogger logger;
    private readonly object commitGate;
    private readonly List<LogRecord> batch = new(BatchMax);
    private IConsumer<string, byte[]>? consumer;
    private volatile bool stopping;
    private volatile Exception? unanswerable;

    /// <param name="commitGate">Held while a commit is under way: ownership never ends in the middle of one.</param>
    public GroupPump(ClientSettings settings, string group, string topic, GroupInbox inbox, object commitGate, ILogger logger)
    {
        (this.settings, this.group, this.topic, this.inbox) = (settings, group, topic, inbox);
        (this.commitGate, this.logger) = (commitGate, logger);
        consumer = NewConsumer();
    }

    /// <summary>Another one after each time that the group was left: others than the pump use it under the commit gate.</summary>
    public IConsumer<string, byte[]> Consumer => consumer ?? throw new InvalidOperationException("The group was left.");

    public void Stop() => stopping = true;

    /// <summary>Runs until stopped or without an offset to go on from; leaves the group at the end: others take over.</summary>
    public void Run()
    {
        while (!stopping)
        {
            try
            {
                Serve();
            }
            catch (OffsetOutOfRangeException gone)
            {
                Log.ConsumerStopped(logger, group, gone.Message);
                inbox.Fail(gone);
                break;
            }
            catch (Exception e)
            {
                var failure = e is KafkaException kafka ? ClientErrors.OfRequest("serve the group", kafka.Error) : e;
                Log.ConsumerRejoins(logger, group, topic, failure.Message, rejoinAfter);
                Leave();
                inbox.WaitForClose(rejoinAfter);
            }
        }
        inbox.Close();
        Leave();
    }

    private IConsumer<string, byte[]> NewConsumer() => new ConsumerBuilder<string, byte[]>(settings.Member(group))
        .SetLogHandler((_, line) => ClientLog.Write(logger, line))
        .SetErrorHandler((_, error) => OnError(error))
        .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
        .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions))
        .SetPartitionsLostHandler((_, partitions) => OnLost(partitions))
        .Build();

    private void Serve()
    {
        unanswerable = null;
        lock (commitGate) consumer ??= NewConsumer();
        Consumer.Subscribe(topic);
        while (!stopping)
        {
            if (inbox.TakeReleased() is { Count: > 0 } released) Consumer.Resume(released.Select(Theirs));
            if (inbox.WaitForRoom(slowCaller)) Fetch(); // 1, 2
            else HoldBack();
        }
    }

    private void Fetch()
    {
        var wait = PollMs;
        while (batch.Count < BatchMax && Next(wait) is { } record)
        {
            batch.Add(record);
            wait = 0;
        }
        if (batch.Count == 0) return;
        EventLogMetrics.RecordsRead.Add(batch.Count);
        inbox.Add(batch);
        batch.Clear();
    }

    /// <summary>
    /// 1. Pausing drops what the client prefetched, so it is done only for a caller that stays slow: first for what it has paused
    /// itself, which must not stand in the way of the rest, then for all.
    /// </summary>
    private void HoldBack()
    {
        if (inbox.HoldPaused() is { Count: > 0 } paused)
        {
            Pause([.. paused.Select(Theirs)]);
            return;
        }
        Pause(Consumer.Assignment);
        while (!stopping && !inbox.HasMuchRoom)
        {
            if (Next(PollMs / 2) is not { } early) continue;
            // A partition that came in the meantime: its first records are kept, then it is paused as well.
            inbox.Add([early]);
            Pause([Theirs(early.Partition)]);
        }
        Consumer.Resume(Consumer.Assignment.Where(partition => !inbox.IsHeld(Ours(partition))).ToList());
    }

    private void Pause(List<KafkaPartition> partitions)
    {
        if (partitions.Count > 0) Consumer.Pause(partitions);
    }

    private LogRecord? Next(int waitMs)
    {
        try
        {
            var result = Consumer.Consume(waitMs);
            if (unanswerable is not null) ExceptionDispatchInfo.Throw(unanswerable);
            return result is null ? null : RecordReader.RecordOf(result);
        }
        catch (ConsumeException e) when (ClientErrors.IsOffsetGone(e.Error.Code))
        {
            throw new OffsetOutOfRangeException(
                $"Group {group}: the next record of {e.ConsumerRecord?.TopicPartition} is not in the log ({e.Error.Reason}). {Remedy}", e);
        }
        catch (ConsumeException e) when (
            e.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed || e.Error.IsFatal)
        {
            throw new EventLogException($"Group {group} cannot read ({e.Error.Code}): {e.Error.Reason}.", e);
        }
        catch (ConsumeException e)
        {
            // The client itself goes on trying; a topic just made appears, a group left for being slow is joined again.
            Log.ConsumeFailed(logger, group, e.Error.Code.ToString(), e.Error.Reason);
            return null;
        }
    }

    private List<TopicPartitionOffset> OnAssigned(List<KafkaPartition> partitions)
    {
        if (partitions.Count == 0) return [];
        List<TopicPartitionOffset> starts;
        try
        {
            starts = StartOf(partitions);
        }
        // What is thrown into the native client ends the process. The partitions are taken without being ours, from their end,
        // so that nothing is read, and the pump fails as soon as Consume returns.
        catch (Exception e)
        {
            unanswerable = e;
            return [.. partitions.Select(partition => new TopicPartitionOffset(partition, Offset.End))];
        }
        Log.GroupChanged(logger, group, partitions.Count, "assigned", Ours(partitions[0]).ToString());
        inbox.Assign(partitions.Select(Ours));
        return starts;
    }

    /// <summary>3. Explicit, since a missing or impossible offset must never become a silent jump.</summary>
    private List<TopicPartitionOffset> StartOf(List<KafkaPartition> partitions)
    {
        var patience = TimeSpan.FromSeconds(10);
        var starts = new List<TopicPartitionOffset>(partitions.Count);
        foreach (var stored in Consumer.Committed(partitions, patience))
        {
            var kept = Consumer.QueryWatermarkOffsets(stored.TopicPartition, patience);
            var start = stored.Offset == Offset.Unset ? kept.Low : stored.Offset;
            if (start.Value < kept.Low.Value || start.Value > kept.High.Value)
                throw new OffsetOutOfRangeException(
                    $"Group {group} stands at offset {start.Value} of {stored.Topic}/{stored.Partition.Value}, which holds "
                    + $"{kept.Low.Value} to {kept.High.Value}: retention has passed it, or the topic was made anew. {Remedy}");
            starts.Add(new TopicPartitionOffset(stored.TopicPartition, start));
        }
        return starts;
    }

    private void OnRevoked(List<TopicPartitionOffset> positions)
    {
        if (positions.Count == 0) return;
        var partitions = positions.Select(position => Ours(position.TopicPartition)).ToList();
        // What was fetched in this turn belongs to the inbox first, so that dropping it is done in one place.
        inbox.Add(batch);
        batch.Clear();
        var finished = inbox.Revoke(partitions, settings.RevocationGrace);
        if (!finished) Log.GraceOver(logger, group, settings.RevocationGrace);
        lock (commitGate) inbox.Remove(partitions, tellCaller: false);
        Log.GroupChanged(logger, group, partitions.Count, "revoked", partitions[0].ToString());
    }

    private void OnLost(List<TopicPartitionOffset> positions)
    {
        if (positions.Count == 0) return;
        var partitions = positions.Select(position => Ours(position.TopicPartition)).ToList();
        lock (commitGate) inbox.Remove(partitions, tellCaller: true);
        Log.GroupChanged(logger, group, partitions.Count, "lost", partitions[0].ToString());
    }

    private void OnError(Error error)
    {
        if (error.IsFatal) unanswerable = new EventLogException($"Group {group}: the Kafka client failed ({error.Code}): {error.Reason}.");
        else Log.ConsumeFailed(logger, group, error.Code.ToString(), error.Reason);
    }

    /// <summary>The partitions are lost first: leaving takes them back, and waits for nobody's work on what is not ours.</summary>
    private void Leave()
    {
        lock (commitGate)
        {
            batch.Clear();
            inbox.LoseAll();
            try
            {
                consumer?.Close();
            }
            catch (KafkaException e)
            {
                // The brokers will notice by the session timeout; nothing is left to do here.
                Log.ConsumeFailed(logger, group, e.Error.Code.ToString(), e.Error.Reason);
            }
            consumer?.Dispose();
            consumer = null;
        }
    }

    private static KafkaPartition Theirs(TopicPartition partition) => new(partition.Topic, partition.Number);

    private static TopicPartition Ours(KafkaPartition partition) => new(partition.Topic, partition.Partition.Value);
}
