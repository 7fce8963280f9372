using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A floor: one idempotent producer with acks=all that writes as fast as the broker takes it, to a topic with as many partitions,
/// copies and fsyncs as the topics under test have. Nobody waits for a single record, no keys, no headers.
/// </summary>
internal static class KafkaProduce
{
    private const string Topic = "floor";

    // Nothing is queued beyond this, as in earnest.
    private const int InFlightMax = 20_000;

    // With flush.messages=1 and without: what decides on durability, as the topics under test have it.
    private static readonly string[] copiedSettings = ["flush.messages", "min.insync.replicas", "message.timestamp.type"];

    /// <param name="bytes">Of each value.</param>
    /// <returns>Records a second, from the first call to the last acknowledgement.</returns>
    /// <exception cref="InvalidOperationException">The broker refused a record.</exception>
    public static async Task<double> MeasureAsync(string bootstrapServers, int records, int bytes = 2500)
    {
        NativeClient.Load();
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await CreateTopicAsync(admin);
        try
        {
            return await Task.Run(() => Produce(bootstrapServers, records, RandomNumberGenerator.GetBytes(bytes)));
        }
        finally
        {
            await admin.DeleteTopicsAsync([Topic]);
        }
    }

    private static double Produce(string bootstrapServers, int records, byte[] value)
    {
        var settings = new ProducerConfig
        {
            BootstrapServers = bootstrapServers, Acks = Acks.All, EnableIdempotence = true, LingerMs = 5, DeliveryReportFields = "status",
            QueueBufferingMaxMessages = InFlightMax,
        };
        var acknowledged = 0;
        Error? refused = null;
        void Count(DeliveryReport<Null, byte[]> report)
        {
            if (report.Error.IsError) Volatile.Write(ref refused, report.Error);
            else Interlocked.Increment(ref acknowledged);
        }
        using var producer = new ProducerBuilder<Null, byte[]>(settings).Build();
        var message = new Message<Null, byte[]> { Value = value };
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < records && Volatile.Read(ref refused) is null; sent++) Send(producer, message, Count);
        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0 && Volatile.Read(ref refused) is null) { }
        var elapsed = Stopwatch.GetElapsedTime(started);
        if (refused is not null) throw new InvalidOperationException($"The broker refused a record: {refused.Reason}.");
        return acknowledged / elapsed.TotalSeconds;
    }

    private static void Send(IProducer<Null, byte[]> producer, Message<Null, byte[]> message, Action<DeliveryReport<Null, byte[]>> count)
    {
        while (true)
        {
            try
            {
                producer.Produce(Topic, message, count);
                return;
            }
            catch (ProduceException<Null, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(5));
            }
        }
    }

    private static async Task CreateTopicAsync(IAdminClient admin)
    {
        var like = Topics.Webhooks("stripe");
        var known = admin.GetMetadata(like, TimeSpan.FromSeconds(10)).Topics.Single();
        var exists = !known.Error.IsError && known.Partitions.Count > 0;
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = Topic,
                NumPartitions = exists ? known.Partitions.Count : 8,
                ReplicationFactor = (short)(exists ? known.Partitions[0].Replicas.Length : 1),
                Configs = exists ? await SettingsAsync(admin, like) : new Dictionary<string, string> { ["flush.messages"] = "1" },
            },
        ]);
    }

    /// <summary>The settings on which durability rests, of the topic under test.</summary>
    public static async Task<Dictionary<string, string>> SettingsAsync(IAdminClient admin, string topic)
    {
        var described = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        return copiedSettings.ToDictionary(name => name, name => described.Single().Entries[name].Value);
    }
}
