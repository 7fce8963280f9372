using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using KafkaPartition = Confluent.Kafka.TopicPartition;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>What is read without a group: records from an offset, offsets, offsets by time. One request at a time.</summary>
internal sealed class RecordReader : IAsyncDisposable
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    private readonly IConsumer<string, byte[]> consumer;
    private readonly int partitions;
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Where the next record comes from. A caller that reads on there keeps the assignment and what is prefetched.</summary>
    private TopicPartitionOffset? next;

    /// <summary>The end of that partition when it was last asked for: up to there, reading on needs no question.</summary>
    private long knownEnd;

    public RecordReader(ClientSettings settings, string group, int partitions, ILogger logger)
    {
        this.partitions = partitions;
        consumer = new ConsumerBuilder<string, byte[]>(settings.Reader(group))
            .SetLogHandler((_, line) => ClientLog.Write(logger, line))
            .SetErrorHandler((_, error) => Log.ClientDebug(logger, "reader", error.Reason))
            .Build();
    }

    public Task<IReadOnlyList<LogRecord>> ReadAsync(
        TopicPartition partition, long offset, int maxRecords, CancellationToken cancellationToken) =>
        InTurnAsync<IReadOnlyList<LogRecord>>("read", () => Read(partition, offset, maxRecords), cancellationToken);

    public Task<IReadOnlyDictionary<TopicPartition, OffsetRange>> RangesAsync(
        string topic, CancellationToken cancellationToken) =>
        InTurnAsync<IReadOnlyDictionary<TopicPartition, OffsetRange>>("tell its offsets", () => Ranges(topic), cancellationToken);

    public Task<IReadOnlyDictionary<TopicPartition, long>> FindAsync(
        string topic, DateTimeOffset since, CancellationToken cancellationToken) =>
        InTurnAsync<IReadOnlyDictionary<TopicPartition, long>>("find offsets by time", () => Find(topic, since), cancellationToken);

    public Task<IReadOnlyDictionary<TopicPartition, long>> CommittedAsync(
        IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        InTurnAsync<IReadOnlyDictionary<TopicPartition, long>>("tell a group's offsets", () => Committed(topics), cancellationToken);

    /// <summary>Returns when a record arrives behind what is there now, or when the time is over.</summary>
    public Task WaitAsync(IReadOnlyCollection<string> topics, TimeSpan atMost, CancellationToken cancellationToken) =>
        InTurnAsync("wait for records", () => Wait(topics, atMost, cancellationToken), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await turn.WaitAsync();
        consumer.Dispose();
        turn.Dispose();
    }

    public static LogRecord RecordOf(ConsumeResult<string, byte[]> result)
    {
        var headers = new KeyValuePair<string, string>[result.Message.Headers?.Count ?? 0];
        for (var i = 0; i < headers.Length; i++)
        {
            var header = result.Message.Headers![i];
            headers[i] = new(header.Key, Encoding.UTF8.GetString(header.GetValueBytes() ?? []));
        }
        return new LogRecord(new TopicPartition(result.Topic, result.Partition.Value), result.Offset.Value, result.Message.Key ?? "",
            headers, result.Message.Value ?? [], new DateTimeOffset(result.Message.Timestamp.UtcDateTime));
    }

    private List<LogRecord> Read(TopicPartition partition, long offset, int maxRecords)
    {
        var position = new TopicPartitionOffset(partition.Topic, partition.Number, offset);
        if (!position.Equals(next) && !Seek(position)) return [];
        var records = new List<LogRecord>((int)Math.Min(maxRecords, knownEnd - offset));
        while (records.Count < maxRecords && next!.Offset < knownEnd)
        {
            if (consumer.Consume(patience) is not { } result)
                throw new EventLogUnavailableException($"Kafka sent nothing of {partition} for {patience.TotalSeconds} s.");
            records.Add(RecordOf(result));
            next = new TopicPartitionOffset(result.TopicPartition, result.Offset + 1);
        }
        EventLogMetrics.RecordsRead.Add(records.Count);
        if (next!.Offset.Value >= knownEnd) Rest();
        return records;
    }

    /// <summary>False when nothing is there yet.</summary>
    private bool Seek(TopicPartitionOffset position)
    {
        var range = RangeOf(position.TopicPartition);
        if (position.Offset < range.First || position.Offset > range.Next)
            throw new OffsetOutOfRangeException(
                $"{Ours(position.TopicPartition)} holds offsets {range.First} to {range.Next}; {position.Offset.Value} is not among them.");
        if (position.Offset == range.Next) return false;
        consumer.Assign(position);
        (next, knownEnd) = (position, range.Next);
        return true;
    }

    /// <summary>At the end: an assignment that is kept would ask for new records all the time.</summary>
    private void Rest()
    {
        consumer.Unassign();
        next = null;
    }

    private Dictionary<TopicPartition, OffsetRange> Ranges(string topic) =>
        PartitionsOf(topic).ToDictionary(Ours, RangeOf);

    private OffsetRange RangeOf(KafkaPartition partition)
    {
        var marks = consumer.QueryWatermarkOffsets(partition, patience);
        return new OffsetRange(marks.Low.Value, marks.High.Value);
    }

    private Dictionary<TopicPartition, long> Find(string topic, DateTimeOffset since)
    {
        var asked = PartitionsOf(topic).Select(partition => new TopicPartitionTimestamp(partition, new Timestamp(since.UtcDateTime)));
        return consumer.OffsetsForTimes(asked, patience).ToDictionary(
            found => Ours(found.TopicPartition),
            found => found.Offset.Value >= 0 ? found.Offset.Value : RangeOf(found.TopicPartition).Next);
    }

    private Dictionary<TopicPartition, long> Committed(IReadOnlyCollection<string> topics) =>
        consumer.Committed(topics.SelectMany(PartitionsOf), patience)
            .Where(stored => stored.Offset.Value >= 0)
            .ToDictionary(stored => Ours(stored.TopicPartition), stored => stored.Offset.Value);

    private bool Wait(IReadOnlyCollection<string> topics, TimeSpan atMost, CancellationToken cancellationToken)
    {
        next = null;
        consumer.Assign(topics.SelectMany(PartitionsOf)
            .Select(partition => new TopicPartitionOffset(partition, RangeOf(partition).Next)).ToList());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(atMost);
        try
        {
            return consumer.Consume(limit.Token) is not null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            consumer.Unassign();
        }
    }

    private IEnumerable<KafkaPartition> PartitionsOf(string topic) =>
        Enumerable.Range(0, partitions).Select(number => new KafkaPartition(topic, number));

    private static TopicPartition Ours(KafkaPartition partition) => new(partition.Topic, partition.Partition.Value);

    private async Task<T> InTurnAsync<T>(string what, Func<T> request, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(request, cancellationToken);
        }
        catch (ConsumeException e) when (ClientErrors.IsOffsetGone(e.Error.Code))
        {
            next = null;
            throw new OffsetOutOfRangeException($"The offset was deleted while it was read: {e.Error.Reason}.", e);
        }
        catch (KafkaException e)
        {
            next = null;
            throw ClientErrors.OfRequest(what, e.Error);
        }
        finally
        {
            turn.Release();
        }
    }
}
