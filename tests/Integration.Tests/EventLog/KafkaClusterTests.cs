using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>Three nodes; each test finds all of them alive, whatever the one before has killed.</summary>
public sealed class KafkaClusterTests(KafkaClusterTests.ThreeNodes nodes) : IClassFixture<KafkaClusterTests.ThreeNodes>
{
    [OwnKafkaFact]
    public async Task F19_a_broker_killed_under_load_loses_nothing_acknowledged_and_leaves_nothing_twice()
    {
        const int Total = 60_000, Batch = 200, Appenders = 4;
        var cluster = await nodes.AllAliveAsync();
        await using var log = KafkaLogs.Open(cluster.BootstrapServers, options => options.AppendTimeout = TimeSpan.FromSeconds(60));
        var topic = KafkaLogs.NewTopic("load");
        await log.EnsureTopicsAsync([topic], CancellationToken.None);
        var acknowledged = new ConcurrentBag<int>();
        var refused = new ConcurrentBag<int>();

        async Task AppendShareAsync(int appender)
        {
            for (var first = appender * Batch; first < Total; first += Appenders * Batch)
            {
                var records = KafkaLogs.Records(topic, first, Batch);
                // Refused at once is not appended; anything else thrown fails the test.
                while (!await AppendedAsync(log, records)) refused.Add(first);
                for (var number = first; number < first + Batch; number++) acknowledged.Add(number);
            }
        }

        var load = Task.WhenAll(Enumerable.Range(0, Appenders).Select(appender => Task.Run(() => AppendShareAsync(appender))));
        await Eventually.Async(() => acknowledged.Count > Total / 4, TimeSpan.FromSeconds(60));
        var atKill = acknowledged.Count;
        cluster.Kill(1);
        await load;

        Assert.True(atKill < Total / 2, $"the load was nearly over at the kill: {atKill}");
        var numbers = (await KafkaLogs.ReadAllAsync(log, topic)).Select(record => BitConverter.ToInt32(record.Value.Span)).ToList();
        Assert.Equal(Total, acknowledged.Count);
        Assert.Equal(Total, numbers.Count);
        Assert.Equal(Total, numbers.Distinct().Count());
    }

    [OwnKafkaFact]
    public async Task F20_a_partition_that_nobody_leads_refuses_at_once_and_the_others_go_on()
    {
        var cluster = await nodes.AllAliveAsync();
        await using var log = KafkaLogs.Open(cluster.BootstrapServers);
        var topic = KafkaLogs.NewTopic("alone");
        await CreateWithPartitionZeroOnNodeTwoAsync(cluster.BootstrapServers, topic);
        await log.EnsureTopicsAsync([topic], CancellationToken.None);
        var (onTwo, elsewhere) = (KafkaLogs.Record(topic, KafkaLogs.KeyFor(0), 1), KafkaLogs.Record(topic, KafkaLogs.KeyFor(1), 1));
        await log.AppendAsync([onTwo, elsewhere], CancellationToken.None);

        cluster.Kill(2);

        await Eventually.Async(
            async () => await log.CheckHealthAsync(CancellationToken.None) is { } problem
                && problem.Contains($"{topic}/0 has no leader", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60));
        Assert.True(await KafkaLogs.RefusedWithinAsync(log, onTwo, TimeSpan.FromSeconds(1)));
        await log.AppendAsync([elsewhere], CancellationToken.None);
    }

    [OwnKafkaFact]
    public async Task F20_too_few_copies_in_sync_refuse_at_once()
    {
        var cluster = await nodes.AllAliveAsync();
        await using var log = KafkaLogs.Open(cluster.BootstrapServers, options => options.AppendTimeout = TimeSpan.FromSeconds(2));
        var topic = KafkaLogs.NewTopic("copies");
        await log.EnsureTopicsAsync([topic], CancellationToken.None);
        await log.AppendAsync([KafkaLogs.Record(topic, "a", 1)], CancellationToken.None);

        cluster.Kill(2);
        cluster.Kill(3);

        await Eventually.Async(
            () => KafkaLogs.RefusedWithinAsync(log, KafkaLogs.Record(topic, "a", 2), TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(60));
    }

    private static async Task<bool> AppendedAsync(KafkaEventLog log, List<LogAppend> records)
    {
        try
        {
            await log.AppendAsync(records, CancellationToken.None);
            return true;
        }
        catch (EventLogUnavailableException e) when (e.Message.StartsWith("Kafka takes no records now", StringComparison.Ordinal))
        {
            await Task.Delay(20);
            return false;
        }
    }

    private static async Task CreateWithPartitionZeroOnNodeTwoAsync(string bootstrapServers, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification
        {
            Name = topic,
            NumPartitions = KafkaLogs.Partitions,
            ReplicasAssignments = Enumerable.Range(0, KafkaLogs.Partitions)
                .ToDictionary(partition => partition, partition => new List<int> { partition == 0 ? 2 : 1 }),
            Configs = new Dictionary<string, string> { ["flush.messages"] = "1", ["message.timestamp.type"] = "LogAppendTime" },
        }]);
    }

    public sealed class ThreeNodes : IAsyncLifetime
    {
        private KafkaBroker? cluster;

        public async Task<KafkaBroker> AllAliveAsync()
        {
            cluster ??= await KafkaBroker.StartNewAsync(3);
            await cluster.RestartDeadAsync();
            return cluster;
        }

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync()
        {
            if (cluster is not null) await cluster.DisposeAsync();
        }
    }
}
