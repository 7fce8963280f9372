using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>A member of a group that reads one topic: the pump fetches and answers rebalances, the caller takes and commits.</summary>
internal sealed class GroupMember : IAsyncDisposable
{
    /// <summary>A rebalance or a coordinator's move is over within this, or the commit is reported as not done.</summary>
    private static readonly TimeSpan commitPatience = TimeSpan.FromSeconds(15);

    private readonly object commitGate = new();
    private readonly GroupInbox inbox;
    private readonly GroupPump pump;
    private readonly TimeProvider time;
    private readonly Task pumping;

    /// <param name="changed">Called, under a lock, when there may be something to take.</param>
    public GroupMember(ClientSettings settings, string group, string topic, Action changed, TimeProvider time, ILogger logger)
    {
        this.time = time;
        inbox = new GroupInbox(settings.FetchAheadRecords, changed);
        pump = new GroupPump(settings, group, topic, inbox, commitGate, logger);
        pumping = Task.Factory.StartNew(pump.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public GroupInbox Inbox => inbox;

    public async Task<IReadOnlyCollection<TopicPartition>> CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            // A commit in flight is not cancelled: its outcome would be unknown for nothing.
            var (refused, passing) = await Task.Run(() => Commit(nextOffsets), CancellationToken.None);
            if (passing is null) return refused;
            if (time.GetElapsedTime(began) > commitPatience) throw ClientErrors.OfRequest("store the offsets", passing);
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        pump.Stop();
        inbox.Close();
        await pumping;
    }

    /// <summary>The refused partitions, and the error when the commit should be tried again.</summary>
    private (IReadOnlyCollection<TopicPartition> Refused, Error? Passing) Commit(IReadOnlyDictionary<TopicPartition, long> nextOffsets)
    {
        lock (commitGate)
        {
            var refused = nextOffsets.Keys.Where(partition => !inbox.Owns(partition)).ToList();
            var owned = nextOffsets.Where(pair => inbox.Owns(pair.Key)).ToList();
            if (owned.Count == 0) return (refused, null);
            try
            {
                pump.Consumer.Commit(owned.Select(pair => new TopicPartitionOffset(pair.Key.Topic, pair.Key.Number, pair.Value)));
                return (refused, null);
            }
            catch (TopicPartitionOffsetException e)
                when (e.Results.All(result => !result.Error.IsError || ClientErrors.IsFenced(result.Error.Code)
                    || ClientErrors.IsPassing(result.Error.Code)))
            {
                // All of them again: a commit that was stored already is stored as well the second time.
                if (e.Results.Find(result => ClientErrors.IsPassing(result.Error.Code)) is { } passing) return ([], passing.Error);
                refused.AddRange(e.Results.Where(result => result.Error.IsError)
                    .Select(result => new TopicPartition(result.Topic, result.Partition.Value)));
                return (refused, null);
            }
            catch (KafkaException e) when (ClientErrors.IsFenced(e.Error.Code))
            {
                return (nextOffsets.Keys.ToList(), null);
            }
            catch (KafkaException e) when (ClientErrors.IsPassing(e.Error.Code))
            {
                return ([], e.Error);
            }
            catch (KafkaException e)
            {
                throw ClientErrors.OfRequest("store the offsets", e.Error);
            }
        }
    }
}
