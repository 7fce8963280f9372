using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// An idempotent producer. A fatal error ends a producer for good (its sequence numbers cannot be trusted any more): a new
/// one takes its place, while the old one's records fail and its callers answer 503.
/// </summary>
internal sealed class DurableProducer : IAsyncDisposable
{
    private readonly ClientSettings settings;
    private readonly ILogger logger;
    private readonly Lock replacing = new();
    private readonly List<Task> retiring = [];
    private volatile IProducer<string, ReadOnlyMemory<byte>> current;

    public DurableProducer(ClientSettings settings, ILogger logger)
    {
        (this.settings, this.logger) = (settings, logger);
        current = Create();
    }

    /// <exception cref="EventLogException">The record was not taken: the queue is full, or the producer failed.</exception>
    public void Produce(in LogAppend record, int partition, Action<DeliveryReport<string, ReadOnlyMemory<byte>>> reported)
    {
        var producer = current;
        var message = new Message<string, ReadOnlyMemory<byte>>
        {
            Key = record.Key, Value = record.Value, Headers = HeadersOf(record.Headers),
        };
        try
        {
            producer.Produce(new Confluent.Kafka.TopicPartition(record.Topic, partition), message, reported);
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

    public async ValueTask DisposeAsync()
    {
        Retire(current);
        await Task.WhenAll(retiring);
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
