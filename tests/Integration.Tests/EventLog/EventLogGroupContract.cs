using PaymentPipeline.EventLog;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>What every engine promises to consumer groups.</summary>
public abstract class EventLogGroupContract : EventLogContract
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(200);

    private readonly string group = $"group-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";

    /// <summary>A client that can die without a word to its group, and come back thinking that it still lives.</summary>
    protected abstract Task<MortalLog> CreateMortalAsync();

    [Fact]
    public async Task A_group_goes_on_where_it_committed_and_a_new_group_starts_at_the_first_record()
    {
        await EventLog.AppendAsync(Numbered(0, 60, number => $"key-{number}"), None);
        await using (var first = await EventLog.SubscribeAsync(group, [Topic], None))
        {
            var half = await TakeAsync(first, 60);
            var done = half.Where(record => NumberOf(record) < 30).ToList();
            Assert.Empty(await first.CommitAsync(PrefixOf(half, done), None));
        }

        await using var second = await EventLog.SubscribeAsync(group, [Topic], None);
        await using var fresh = await EventLog.SubscribeAsync(group + "-fresh", [Topic], None);

        Assert.Equal(Enumerable.Range(30, 30), (await TakeAsync(second, 30)).Select(NumberOf).Order());
        Assert.Equal(Enumerable.Range(0, 60), (await TakeAsync(fresh, 60)).Select(NumberOf).Order());
        Assert.Equal(4, (await EventLog.GetCommittedAsync(group, [Topic], None)).Count);
    }

    [Fact]
    public async Task Two_members_share_the_partitions_and_each_record_is_read_under_one_owner()
    {
        var first = new Member(await EventLog.SubscribeAsync(group, [Topic], None));
        await Eventually.Async(async () => (await first.TurnAsync()).Count == 4, Limit);
        var second = new Member(await (await OpenAsync()).SubscribeAsync(group, [Topic], None));

        await Eventually.Async(
            async () => (await first.TurnAsync()).Count == 2 && (await second.TurnAsync()).Count == 2, Limit);
        await EventLog.AppendAsync(Numbered(0, 100, number => $"key-{number}"), None);
        await Eventually.Async(
            async () =>
            {
                await Task.WhenAll(first.TurnAsync(), second.TurnAsync());
                return first.Records.Count + second.Records.Count >= 100;
            },
            Limit);

        Assert.Empty(first.Owned.Intersect(second.Owned));
        Assert.Equal(Enumerable.Range(0, 100), first.Records.Concat(second.Records).Select(NumberOf).Order());
        await first.Consumer.DisposeAsync();
        await Eventually.Async(async () => (await second.TurnAsync()).Count == 4, Limit);
        await second.Consumer.DisposeAsync();
    }

    [Fact]
    public async Task Each_topic_is_divided_by_itself()
    {
        string[] topics = [Topic, Topic + ".quiet", Topic + ".quieter"];
        await EventLog.EnsureTopicsAsync(topics, None);
        await using var first = await EventLog.SubscribeAsync(group, topics, None);
        var one = new Member(first);
        await Eventually.Async(async () => (await one.TurnAsync()).Count == 12, Limit);
        await using var second = await (await OpenAsync()).SubscribeAsync(group, topics, None);
        var other = new Member(second);

        await Eventually.Async(async () => (await one.TurnAsync()).Count == 6 && (await other.TurnAsync()).Count == 6, Limit);

        Assert.All(topics, topic => Assert.Equal(2, one.Owned.Count(partition => partition.Topic == topic)));
        Assert.All(topics, topic => Assert.Equal(2, other.Owned.Count(partition => partition.Topic == topic)));
    }

    [Fact]
    public virtual async Task I32_a_dead_members_partitions_are_taken_over_and_its_commits_are_refused()
    {
        await using var mortal = await CreateMortalAsync();
        var dying = new Member(await mortal.EventLog.SubscribeAsync(group, [Topic], None));
        await EventLog.AppendAsync(Numbered(0, 40, number => $"key-{number}"), None);
        await Eventually.Async(async () => (await dying.TurnAsync()).Count == 4 && dying.Records.Count == 40, Limit);

        await mortal.DieAsync();
        var heir = new Member(await EventLog.SubscribeAsync(group, [Topic], None));
        await Eventually.Async(async () => (await heir.TurnAsync()).Count == 4 && heir.Records.Count == 40, Limit);
        Assert.Empty(await heir.Consumer.CommitAsync(PrefixOf(heir.Records, heir.Records[..20]), None));
        var stored = await EventLog.GetCommittedAsync(group, [Topic], None);
        await mortal.ReviveAsync();

        var refused = await dying.Consumer.CommitAsync(PrefixOf(dying.Records, dying.Records), None);

        Assert.Equal(4, refused.Count);
        Assert.Equal(stored, await EventLog.GetCommittedAsync(group, [Topic], None));
        await Eventually.Async(async () => { await dying.TurnAsync(); return dying.Lost.Count == 4; }, Limit);
        await heir.Consumer.DisposeAsync();
        await dying.Consumer.DisposeAsync();
    }

    [Fact]
    public async Task A_paused_partition_is_kept_and_not_read_until_it_is_resumed()
    {
        await using var consumer = await EventLog.SubscribeAsync(group, [Topic], None);
        var member = new Member(consumer);
        await Eventually.Async(async () => (await member.TurnAsync()).Count == 4, Limit);
        TopicPartition[] paused = [new(Topic, 0), new(Topic, 1)];

        consumer.Pause(paused);
        await EventLog.AppendAsync(Numbered(0, 40, number => $"key-{number}"), None);
        var open = Enumerable.Range(0, 40).Count(number => Partitioner.PartitionOf($"key-{number}", 4) > 1);
        await Eventually.Async(async () => { await member.TurnAsync(); return member.Records.Count == open; }, Limit);
        await member.TurnAsync();

        Assert.DoesNotContain(member.Records, record => paused.Contains(record.Partition));
        Assert.Equal(4, member.Owned.Count);
        consumer.Resume(paused);
        await Eventually.Async(async () => { await member.TurnAsync(); return member.Records.Count == 40; }, Limit);
    }

    /// <summary>Per partition, the offset after the last of the done records that nothing unfinished precedes.</summary>
    private static Dictionary<TopicPartition, long> PrefixOf(List<LogRecord> read, List<LogRecord> done) =>
        read.GroupBy(record => record.Partition).ToDictionary(
            partition => partition.Key,
            partition => partition.OrderBy(record => record.Offset).TakeWhile(done.Contains).Select(record => record.Offset + 1)
                .DefaultIfEmpty(partition.Min(record => record.Offset)).Last());

    private static async Task<List<LogRecord>> TakeAsync(ILogConsumer consumer, int count)
    {
        var member = new Member(consumer);
        await Eventually.Async(async () => { await member.TurnAsync(); return member.Records.Count >= count; }, Limit);
        return member.Records;
    }

    /// <summary>Polls, and keeps the books on what comes and goes.</summary>
    private sealed class Member(ILogConsumer consumer)
    {
        public ILogConsumer Consumer => consumer;

        public HashSet<TopicPartition> Owned { get; } = [];

        public HashSet<TopicPartition> Lost { get; } = [];

        public List<LogRecord> Records { get; } = [];

        public async Task<HashSet<TopicPartition>> TurnAsync()
        {
            var poll = await consumer.PollAsync(500, Wait, None);
            Owned.ExceptWith(poll.Lost);
            Lost.UnionWith(poll.Lost);
            Owned.ExceptWith(poll.Revoked);
            Owned.UnionWith(poll.Assigned);
            Assert.All(poll.Records, record => Assert.Contains(record.Partition, Owned));
            Records.AddRange(poll.Records);
            return Owned;
        }
    }
}

/// <summary>A client of the log whose process can be as good as dead.</summary>
public abstract class MortalLog(IEventLog log) : IAsyncDisposable
{
    public IEventLog EventLog => log;

    public abstract Task DieAsync();

    public abstract Task ReviveAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
