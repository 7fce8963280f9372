using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>The contract on a real broker; where there is none, on librdkafka's mock cluster as far as that goes.</summary>
public sealed class KafkaEventLogTests : EventLogGroupContract
{
    private static readonly bool isReal = KafkaBroker.Home is not null || KafkaBroker.Running is not null;

    private KafkaMock? mock;
    private string bootstrapServers = "";

    public override async Task InitializeAsync()
    {
        NativeClient.Load();
        mock = isReal ? null : new KafkaMock(1, TestOptions.Partitions, Topic);
        bootstrapServers = mock?.BootstrapServers ?? (await KafkaBroker.SharedAsync()).BootstrapServers;
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        mock?.Dispose();
    }

    [RealKafkaFact]
    public override Task Time_finds_the_first_record_at_or_after_it() => base.Time_finds_the_first_record_at_or_after_it();

    [RealKafkaFact]
    public override Task Retention_moves_the_first_offset_and_readers_below_it_are_told() =>
        base.Retention_moves_the_first_offset_and_readers_below_it_are_told();

    [RealKafkaFact]
    public override Task A_topic_that_is_not_there_is_named() => base.A_topic_that_is_not_there_is_named();

    [OwnKafkaFact]
    public override Task I32_a_dead_members_partitions_are_taken_over_and_its_commits_are_refused() =>
        base.I32_a_dead_members_partitions_are_taken_over_and_its_commits_are_refused();

    [Fact]
    public async Task Where_several_callers_came_a_partition_rests_until_the_beat_but_neither_one_alone_nor_many_wait()
    {
        var clock = new FakeTimeProvider();
        var beat = TimeSpan.FromMilliseconds(new KafkaLogOptions().AppendGapMs);
        await using var paced = Open(bootstrapServers, clock);
        await paced.EnsureTopicsAsync([Topic], CancellationToken.None);
        await AppendAsync(1);
        await AppendAsync(1);

        // The first goes at once and alone; the others come while it is under way, are the next group, and after it the lane rests.
        await AppendAsync(8);
        var next = AppendAsync(1);
        await Task.Delay(200);
        Assert.False(next.IsCompleted);
        clock.Advance(beat);
        await next;
        await AppendAsync(8);
        var many = AppendAsync(16);
        await Task.WhenAny(many, Task.Delay(TimeSpan.FromSeconds(10)));
        var wentAtOnce = many.IsCompletedSuccessfully;
        clock.Advance(beat);

        await many;
        Assert.True(wentAtOnce);

        Task AppendAsync(int callers) => Task.WhenAll(Enumerable.Range(0, callers).Select(_ =>
            paced.AppendAsync([new LogAppend(Topic, "key", [], "{}"u8.ToArray())], CancellationToken.None)))
            .WaitAsync(TimeSpan.FromSeconds(30));
    }

    protected override Task<IEventLog> CreateAsync() => Task.FromResult<IEventLog>(Open(bootstrapServers));

    protected override async Task<MortalLog> CreateMortalAsync()
    {
        var node = (await KafkaBroker.SharedAsync()).FirstNode;
        var link = new TcpProxy(node.BehindProxyPort, node.ProxyPort);
        return new LogBehindALink(Open($"127.0.0.1:{node.ProxyPort}"), link);
    }

    /// <summary>The brokers give a record its time, so the records are written anew with times of the sender's choice.</summary>
    protected override async Task AgeAsync(TimeSpan by)
    {
        var records = await ReadAllAsync(EventLog);
        await EventLog.ApplyRetentionAsync(Topic, TimeProvider.System.GetUtcNow().AddHours(1), None);
        await SetTimestampTypeAsync("CreateTime");
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = bootstrapServers }).Build();
        foreach (var record in records)
            await producer.ProduceAsync(
                new Confluent.Kafka.TopicPartition(record.Partition.Topic, record.Partition.Number),
                new Message<string, byte[]>
                {
                    Key = record.Key, Value = record.Value.ToArray(), Timestamp = new Timestamp((record.AppendedAt - by).UtcDateTime),
                });
        await SetTimestampTypeAsync("LogAppendTime");
    }

    private async Task SetTimestampTypeAsync(string type)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await admin.AlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = Topic }] =
            [
                new ConfigEntry { Name = "message.timestamp.type", Value = type },
                new ConfigEntry { Name = "flush.messages", Value = "1" },
            ],
        });
    }

    private KafkaEventLog Open(string servers, TimeProvider? time = null)
    {
        var options = TestOptions;
        options.Engine = "kafka";
        options.Kafka.BootstrapServers = servers;
        return new KafkaEventLog(options, time ?? TimeProvider.System, NullLoggerFactory.Instance) { TopicsHaveSettings = mock is null };
    }

    private sealed class LogBehindALink(IEventLog log, TcpProxy link) : MortalLog(log)
    {
        public override Task DieAsync()
        {
            link.Cut();
            return Task.CompletedTask;
        }

        public override Task ReviveAsync()
        {
            link.Mend();
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await link.DisposeAsync();
        }
    }
}
