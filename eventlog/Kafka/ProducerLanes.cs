using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// Several producers that divide the partitions by number. A broker answers the requests of one connection one after the other, and
/// one that syncs to disk before the answer would sync partition after partition; on connections of their own they share the disk's time.
/// A partition always goes through the same producer, so that the order of a key stays.
/// </summary>
internal sealed class ProducerLanes : IAsyncDisposable
{
    private readonly DurableProducer[] producers;
    private readonly ConcurrentDictionary<TopicPartition, PartitionLane> lanes = [];
    private readonly ClientSettings settings;
    private readonly AppendBeat beat;
    private readonly TimeProvider time;
    private long acknowledgedAt;
    private long recordsQueued;
    private long bytesQueued;

    public ProducerLanes(ClientSettings settings, TimeProvider time, ILogger logger)
    {
        (this.settings, this.time) = (settings, time);
        beat = new AppendBeat(settings.AppendGap, time);
        acknowledgedAt = time.GetTimestamp();
        producers = new DurableProducer[settings.Producers];
        for (var i = 0; i < producers.Length; i++) producers[i] = new DurableProducer(settings, logger);
    }

    /// <summary>Since the last append that the brokers acknowledged.</summary>
    public TimeSpan SinceAcknowledged => time.GetElapsedTime(Interlocked.Read(ref acknowledgedAt));

    /// <param name="partitions">One per record.</param>
    /// <exception cref="EventLogUnavailableException">The queue is full and nothing was appended, or the outcome is not known.</exception>
    public async Task AppendAsync(IReadOnlyList<LogAppend> records, int[] partitions)
    {
        var bytes = Enter(records);
        try
        {
            var batch = new AppendBatch(records.Count);
            for (var i = 0; i < records.Count; i++) LaneOf(new TopicPartition(records[i].Topic, partitions[i])).Add(records[i], batch);
            await batch.Task;
            Interlocked.Exchange(ref acknowledgedAt, time.GetTimestamp());
        }
        finally
        {
            Leave(records.Count, bytes);
        }
    }

    /// <summary>What waits for its turn is in no producer yet: it is waited for first, as long as an append may take.</summary>
    public async ValueTask DisposeAsync()
    {
        var began = time.GetTimestamp();
        while (Interlocked.Read(ref recordsQueued) > 0 && time.GetElapsedTime(began) < settings.AppendTimeout)
            await Task.Delay(TimeSpan.FromMilliseconds(10), time);
        foreach (var producer in producers) await producer.DisposeAsync();
        beat.Dispose();
    }

    private PartitionLane LaneOf(TopicPartition partition) => lanes.TryGetValue(partition, out var lane)
        ? lane
        : lanes.GetOrAdd(partition, one => new PartitionLane(producers[one.Number % producers.Length], beat, one.Number, time));

    private long Enter(IReadOnlyList<LogAppend> records)
    {
        var bytes = 0L;
        for (var i = 0; i < records.Count; i++) bytes += records[i].Value.Length;
        var queued = Interlocked.Add(ref recordsQueued, records.Count);
        var queuedBytes = Interlocked.Add(ref bytesQueued, bytes);
        if (queued <= settings.AppendQueueRecordsMax && queuedBytes <= settings.AppendQueueBytesMax) return bytes;
        Leave(records.Count, bytes);
        throw new EventLogUnavailableException(
            "The Kafka client's queue is full (EventLog__AppendQueueBytesMax): the brokers are slower than the load.");
    }

    private void Leave(int records, long bytes)
    {
        Interlocked.Add(ref recordsQueued, -records);
        Interlocked.Add(ref bytesQueued, -bytes);
    }
}
