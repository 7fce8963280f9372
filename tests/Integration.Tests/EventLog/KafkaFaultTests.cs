using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>Faults that a real broker does not show on demand; the mock cluster of the same client library does.</summary>
public sealed class KafkaFaultTests
{
    private const string Topic = "webhooks.stripe";
    private const short OffsetFetch = 9;
    private const short InitProducerId = 22;
    private const int GroupAuthorizationFailed = 30;
    private const int ClusterAuthorizationFailed = 31;

    public KafkaFaultTests() => NativeClient.Load();

    [Fact]
    public async Task F20_no_broker_refuses_at_once_and_says_so()
    {
        using var mock = new KafkaMock(1, KafkaLogs.Partitions, Topic);
        await using var log = KafkaLogs.Open(mock.BootstrapServers, options => options.AppendTimeout = TimeSpan.FromSeconds(2), mock: true);
        await log.AppendAsync([KafkaLogs.Record(Topic, "a", 1)], CancellationToken.None);
        Assert.Null(await log.CheckHealthAsync(CancellationToken.None));

        mock.SetDown(1);

        await Eventually.Async(
            async () => (await log.CheckHealthAsync(CancellationToken.None) ?? "").Contains("no broker answers", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20));
        Assert.True(await KafkaLogs.RefusedWithinAsync(log, KafkaLogs.Record(Topic, "a", 1), TimeSpan.FromSeconds(1)));
        mock.SetUp(1);
        await Eventually.Async(async () => await log.CheckHealthAsync(CancellationToken.None) is null, TimeSpan.FromSeconds(20));
        await log.AppendAsync([KafkaLogs.Record(Topic, "a", 2)], CancellationToken.None);
    }

    [Fact]
    public async Task F21_a_producer_that_failed_for_good_is_replaced()
    {
        using var mock = new KafkaMock(1, KafkaLogs.Partitions, Topic);
        mock.AnswerNext(InitProducerId, ClusterAuthorizationFailed);
        await using var log = KafkaLogs.Open(mock.BootstrapServers, mock: true);

        // An older client tries for some time before it says that the failure is for good.
        await Eventually.Async(() => AppendedAsync(log), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task F22_a_full_queue_refuses_instead_of_growing()
    {
        using var mock = new KafkaMock(1, KafkaLogs.Partitions, Topic);
        mock.SetDown(1);
        await using var log = KafkaLogs.Open(mock.BootstrapServers, options =>
        {
            options.AppendQueueBytesMax = 1_048_576;
            options.AppendTimeout = TimeSpan.FromSeconds(3);
        }, mock: true);
        var large = Enumerable.Range(0, 100)
            .Select(number => new LogAppend(Topic, $"k{number}", [], new byte[100_000])).ToList();

        var refusal = await Assert.ThrowsAsync<EventLogUnavailableException>(() => log.AppendAsync(large, CancellationToken.None));

        Assert.Contains("queue is full", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_beyond_the_limit_is_refused_for_good()
    {
        using var mock = new KafkaMock(1, KafkaLogs.Partitions, Topic);
        await using var log = KafkaLogs.Open(mock.BootstrapServers, mock: true);

        var refusal = await Assert.ThrowsAsync<EventLogException>(
            () => log.AppendAsync([new LogAppend(Topic, "a", [], new byte[2_000_000])], CancellationToken.None));

        Assert.Contains("max.message.bytes", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F20_a_member_that_could_not_learn_where_to_begin_joins_anew()
    {
        using var mock = new KafkaMock(1, KafkaLogs.Partitions, Topic);
        // The mock makes a group wait three seconds for its first members, which the lease must outlive.
        await using var log = KafkaLogs.Open(mock.BootstrapServers, options => options.Lease = TimeSpan.FromSeconds(10), mock: true);
        await log.AppendAsync(KafkaLogs.Records(Topic, 0, 20), CancellationToken.None);
        mock.AnswerNext(OffsetFetch, GroupAuthorizationFailed);

        await using var consumer = await log.SubscribeAsync("processors", [Topic], CancellationToken.None);

        Assert.Equal(20, (await KafkaLogs.PollForAsync(consumer, 20, TimeSpan.FromSeconds(60))).Count);
    }

    private static async Task<bool> AppendedAsync(KafkaEventLog log)
    {
        try
        {
            await log.AppendAsync([KafkaLogs.Record(Topic, "a", 1)], CancellationToken.None);
            return true;
        }
        catch (EventLogUnavailableException)
        {
            return false;
        }
    }
}
