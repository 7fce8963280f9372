using Confluent.Kafka;
using Confluent.Kafka.Admin;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

public sealed class KafkaTopicSettingsTests
{
    [OwnKafkaFact]
    public async Task A_topic_of_one_broker_is_written_to_disk_before_the_acknowledgement()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers);
        var topic = KafkaLogs.NewTopic("settings");

        await log.EnsureTopicsAsync([topic], CancellationToken.None);
        await log.EnsureTopicsAsync([topic], CancellationToken.None);

        var settings = await DescribeAsync(broker.BootstrapServers, topic);
        Assert.Equal("1", settings["flush.messages"].Value);
        Assert.Equal("false", settings["unclean.leader.election.enable"].Value);
        Assert.Equal("-1", settings["retention.ms"].Value);
        Assert.Null(await log.CheckHealthAsync(CancellationToken.None));
    }

    [OwnKafkaFact]
    public async Task A_topic_that_would_lose_acknowledged_records_is_refused_with_a_remedy_and_the_log_is_not_ready()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers);
        var topic = KafkaLogs.NewTopic("careless");
        await CreateAsync(broker.BootstrapServers, topic, KafkaLogs.Partitions);

        var refusal = await Assert.ThrowsAsync<EventLogException>(() => log.EnsureTopicsAsync([topic], CancellationToken.None));

        Assert.Contains("set flush.messages=1 on it", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, await log.CheckHealthAsync(CancellationToken.None));
    }

    [RealKafkaFact]
    public async Task F24_a_topic_with_another_number_of_partitions_is_refused()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers);
        var topic = KafkaLogs.NewTopic("other");
        await CreateAsync(broker.BootstrapServers, topic, KafkaLogs.Partitions + 1);

        var refusal = await Assert.ThrowsAsync<EventLogException>(() => log.EnsureTopicsAsync([topic], CancellationToken.None));

        Assert.Contains("has 5 partitions but EventLog__Partitions is 4", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_client_says_which_library_it_runs_on() =>
        Assert.Matches(
            @"^librdkafka [12]\.[0-9]+\.[0-9]+.* \((bundled|folder|system)\), Confluent.Kafka [12]\.", NativeClient.Describe());

    private static async Task<Dictionary<string, ConfigEntryResult>> DescribeAsync(string bootstrapServers, string topic)
    {
        using var admin = Admin(bootstrapServers);
        var described = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        return described[0].Entries;
    }

    private static async Task CreateAsync(string bootstrapServers, string topic, int partitions)
    {
        using var admin = Admin(bootstrapServers);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    private static IAdminClient Admin(string bootstrapServers)
    {
        NativeClient.Load();
        return new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
    }
}
