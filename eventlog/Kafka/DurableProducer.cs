using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// The idempotent producer. A fatal error ends a producer for good (its sequence numbers cannot be trusted any more): a new
/// one takes its place, while the old one's records fail and its callers answer 503.
/// </summary>
internal sealed class DurableProducer : IAsyncDisposable
{
    private readonly ClientSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Lock replacing = new();
    private readonly List<Task> retiring = [];
    private volatile IProducer<string, ReadOnlyMemory<byte>> current;
    private long acknowledgedAt;

    public DurableProducer(ClientSettings settings, TimeProvider time, ILogger logger)
    {
        (this.settings, this.time, this.logger) = (settings, time, logger);
        acknowledgedAt = time.GetTimestamp();
        current = Create();
    }

    /// <summary>Since the last batch that the brokers acknowledged.</summary>
    public TimeSpan SinceAcknowledged => time.GetElapsedTime(Interlocked.Read(ref acknowledgedAt));

    /// <param name="partitions">One per record.</param>
    public async Task AppendAsync(IReadOnlyList<LogAppend> records, int[] partitions)
    {
        var batch = new AppendBatch(records.Count);
        var producer = current;
        for (var i = 0; i < records.Count; i++) Produce(producer, records[i], partitions[i], batch);
        await batch.Completion;
        Interlocked.Exchange(ref acknowledgedAt, time.GetTimestamp());
    }

    public async ValueTask DisposeAsync()
    {
        Retire(current);
        await Task.WhenAll(retiring);
    }

    private void Produce(IProducer<string, ReadOnlyMemory<byte>> producer, in LogAppend record, int partition, AppendBatch batch)
    {
        var message = new Message<string, ReadOnlyMemory<byte>>
        {
            Key = record.Key, Value = record.Value, Headers = HeadersOf(record.Headers),
        };
        try
        {
            producer.Produce(new Confluent.Kafka.TopicPartition(record.Topic, partition), message, batch.Handler);
        }
        catch (ProduceException<string, ReadOnlyMemory<byte>> e)
        {
            if (e.Error.IsFatal || e.Error.Code == ErrorCode.Local_Fatal) Replace(producer, e.Error);
            throw ClientErrors.OfAppend(record.Topic, e.Error);
        }
        catch (ObjectDisposedException e)
        {
            throw new EventLogUnavailableException("The Kafka producer was just replaced; append again.", e);
        }
    }

    private static Headers HeadersOf(IReadOnlyList<KeyValuePair<string, string>> named)
    {
        var headers = new Headers();
        for (var i = 0; i < named.Count; i++) headers.Add(named[i].Key, Encoding.UTF8.GetBytes(named[i].Value));
        return headers;
    }

    private IProducer<string, ReadOnlyMemory<byte>> Create()
    {
        IProducer<string, ReadOnlyMemory<byte>>? created = null;
        created = new ProducerBuilder<string, ReadOnlyMemory<byte>>(settings.Producer())
            .SetValueSerializer(RawBytes.Instance)
            .SetLogHandler((_, line) => ClientLog.Write(logger, line))
            .SetErrorHandler((producer, error) =>
            {
                if (error.IsFatal) Replace(producer, error);
                else Log.ClientWarning(logger, "producer", error.Reason);
            })
            .Build();
        return created;
    }

    private void Replace(IProducer<string, ReadOnlyMemory<byte>> failed, Error error)
    {
        lock (replacing)
        {
            if (!ReferenceEquals(current, failed)) return;
            Log.ProducerReplaced(logger, error.Code.ToString(), error.Reason);
            current = Create();
            Retire(failed);
        }
    }

    /// <summary>
    /// Not on the caller's thread: it may be the producer's own. Flushing hears the outcome of every record, which takes no longer
    /// than the append timeout; disposing earlier would leave appends waiting for ever.
    /// </summary>
    private void Retire(IProducer<string, ReadOnlyMemory<byte>> producer)
    {
        lock (replacing)
        {
            retiring.RemoveAll(task => task.IsCompleted);
            retiring.Add(Task.Run(() =>
            {
                producer.Flush(settings.AppendTimeout + TimeSpan.FromSeconds(2));
                producer.Dispose();
            }));
        }
    }

    /// <summary>The client copies the bytes once more into its own queue, so a whole array is handed over as it is.</summary>
    private sealed class RawBytes : ISerializer<ReadOnlyMemory<byte>>
    {
        public static readonly RawBytes Instance = new();

        public byte[] Serialize(ReadOnlyMemory<byte> data, SerializationContext context) =>
            MemoryMarshal.TryGetArray(data, out var segment) && segment.Array is { } array
                && segment.Offset == 0 && segment.Count == array.Length
                ? array
                : data.ToArray();
    }
}
