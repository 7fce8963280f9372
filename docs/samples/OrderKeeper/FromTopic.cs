using System.Text.Json;
using Confluent.Kafka;
using PaymentPipeline.Client;

namespace PaymentPipeline.Samples.OrderKeeper;

/// <summary>
/// Keeps orders from the topic <c>payment.events</c>. The offsets are kept with the orders and not at the broker: what was read and
/// what came of it change together.
/// </summary>
public static class FromTopic
{
    private const string Topic = "payment.events";
    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads on from where the orders stand, until nothing came for <paramref name="patience"/>.</summary>
    public static void Read(
        Orders orders, string brokers, TimeSpan patience, Action<PaymentEvent> changed, CancellationToken cancellationToken)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = brokers, GroupId = "order-keeper", EnableAutoCommit = false, AutoOffsetReset = AutoOffsetReset.Error,
        }).Build();
        consumer.Assign(Partitions(brokers).Select(partition =>
            new TopicPartitionOffset(Topic, partition, orders.Offsets.TryGetValue(partition, out var next) ? next : Offset.Beginning)));
        while (consumer.Consume((int)patience.TotalMilliseconds) is { } record)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var told = JsonSerializer.Deserialize<PaymentEvent>(record.Message.Value, json)!;
            if (orders.Take(told)) changed(told);
            orders.Offsets[record.Partition.Value] = record.Offset.Value + 1;
            orders.Save();
        }
        consumer.Close();
    }

    private static List<int> Partitions(string brokers)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers }).Build();
        var topic = admin.GetMetadata(Topic, TimeSpan.FromSeconds(10)).Topics.Single();
        return [.. topic.Partitions.Select(partition => partition.PartitionId)];
    }
}
