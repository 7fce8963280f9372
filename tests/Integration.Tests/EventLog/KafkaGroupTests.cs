using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

public sealed class KafkaGroupTests
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    [RealKafkaFact]
    public async Task F24_an_offset_that_retention_has_passed_is_an_error_and_no_jump()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers);
        var topic = await NewTopicAsync(log);
        await log.AppendAsync(KafkaLogs.Records(topic, 0, 400), CancellationToken.None);
        await CommitTheFirstOfEachPartitionAsync(log, topic);

        await log.ApplyRetentionAsync(topic, TimeProvider.System.GetUtcNow().AddMinutes(1), CancellationToken.None);

        await using var late = await log.SubscribeAsync($"group-{topic}", [topic], CancellationToken.None);
        var stopped = await Assert.ThrowsAsync<OffsetOutOfRangeException>(() => KafkaLogs.PollForAsync(late, 1, limit));
        Assert.Contains("retention has passed it", stopped.Message, StringComparison.Ordinal);
    }

    [RealKafkaFact]
    public async Task A_group_without_offsets_begins_at_the_first_record_that_is_kept()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers);
        var topic = await NewTopicAsync(log);
        await log.AppendAsync(KafkaLogs.Records(topic, 0, 100), CancellationToken.None);
        await log.ApplyRetentionAsync(topic, TimeProvider.System.GetUtcNow().AddMinutes(1), CancellationToken.None);
        await log.AppendAsync(KafkaLogs.Records(topic, 100, 50), CancellationToken.None);

        await using var consumer = await log.SubscribeAsync($"group-{topic}", [topic], CancellationToken.None);
        var records = await KafkaLogs.PollForAsync(consumer, 50, limit);

        Assert.Equal(Enumerable.Range(100, 50), records.Select(record => BitConverter.ToInt32(record.Value.Span)).Order());
    }

    [RealKafkaFact]
    public async Task F23_a_new_member_gets_its_share_after_the_old_one_has_finished_and_committed()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers, options => options.Lease = TimeSpan.FromSeconds(6));
        var topic = await NewTopicAsync(log);
        await log.AppendAsync(KafkaLogs.Records(topic, 0, 100), CancellationToken.None);
        await using var first = await log.SubscribeAsync($"g-{topic}", [topic], CancellationToken.None);
        var inHand = await KafkaLogs.PollForAsync(first, 100, limit);
        await using var second = await log.SubscribeAsync($"g-{topic}", [topic], CancellationToken.None);
        var going = await PollUntilRevokedAsync(first);

        // While the first has not polled again, its partitions are still its own: the commit is taken.
        Assert.Empty((await second.PollAsync(100, TimeSpan.FromMilliseconds(300), CancellationToken.None)).Assigned);
        Assert.Empty(await first.CommitAsync(NextOffsets(inHand), CancellationToken.None));
        var givenUp = first.PollAsync(1, TimeSpan.FromSeconds(5), CancellationToken.None);
        var came = new List<TopicPartition>();
        await Eventually.Async(
            async () =>
            {
                var poll = await second.PollAsync(100, TimeSpan.FromMilliseconds(100), CancellationToken.None);
                Assert.Empty(poll.Records);
                came.AddRange(poll.Assigned);
                return came.Count == going.Count;
            },
            limit);
        await givenUp;

        Assert.Equal(going.Order(byNumber), came.Order(byNumber));
        var refused = await first.CommitAsync(going.ToDictionary(partition => partition, _ => 1L), CancellationToken.None);
        Assert.Equal(going.Order(byNumber), refused.Order(byNumber));
    }

    [RealKafkaFact]
    public async Task A_caller_that_is_slow_keeps_its_partitions_and_misses_nothing()
    {
        var broker = await KafkaBroker.SharedAsync();
        await using var log = KafkaLogs.Open(broker.BootstrapServers, options => options.Kafka.FetchAheadRecords = 100);
        var topic = await NewTopicAsync(log);
        await log.AppendAsync(KafkaLogs.Records(topic, 0, 5_000), CancellationToken.None);
        await using var consumer = await log.SubscribeAsync($"g-{topic}", [topic], CancellationToken.None);
        var records = await KafkaLogs.PollForAsync(consumer, 1, limit);

        // Longer than the pump's patience (it pauses) and than the lease (it is not thrown out).
        await Task.Delay(TimeSpan.FromSeconds(4));
        records.AddRange(await KafkaLogs.PollForAsync(consumer, 5_000 - records.Count, limit));

        Assert.Equal(5_000, records.Select(record => BitConverter.ToInt32(record.Value.Span)).Distinct().Count());
        Assert.Equal(5_000, records.Count);
        Assert.Empty(await consumer.CommitAsync(NextOffsets(records), CancellationToken.None));
    }

    private static readonly Comparer<TopicPartition> byNumber = Comparer<TopicPartition>.Create((a, b) => a.Number.CompareTo(b.Number));

    private static async Task<string> NewTopicAsync(KafkaEventLog log)
    {
        var topic = KafkaLogs.NewTopic("group");
        await log.EnsureTopicsAsync([topic], CancellationToken.None);
        return topic;
    }

    private static async Task CommitTheFirstOfEachPartitionAsync(KafkaEventLog log, string topic)
    {
        await using var early = await log.SubscribeAsync($"group-{topic}", [topic], CancellationToken.None);
        var records = await KafkaLogs.PollForAsync(early, 400, limit);
        var offsets = records.Select(record => record.Partition).Distinct().ToDictionary(partition => partition, _ => 1L);
        Assert.Empty(await early.CommitAsync(offsets, CancellationToken.None));
    }

    private static async Task<IReadOnlyCollection<TopicPartition>> PollUntilRevokedAsync(ILogConsumer consumer)
    {
        using var over = new CancellationTokenSource(limit);
        while (true)
            if ((await consumer.PollAsync(100, TimeSpan.FromSeconds(1), over.Token)).Revoked is { Count: > 0 } revoked) return revoked;
    }

    private static Dictionary<TopicPartition, long> NextOffsets(IEnumerable<LogRecord> records) =>
        records.GroupBy(record => record.Partition).ToDictionary(group => group.Key, group => group.Max(record => record.Offset) + 1);
}
