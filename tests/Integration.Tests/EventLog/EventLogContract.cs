using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.EventLog;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>What every engine of the log promises. Groups are in <see cref="EventLogGroupContract"/>.</summary>
public abstract class EventLogContract : IAsyncLifetime
{
    protected static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    protected static readonly CancellationToken None = CancellationToken.None;

    private readonly List<IEventLog> opened = [];

    /// <summary>The topic of this test, with four partitions.</summary>
    protected string Topic { get; } = $"test.{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";

    /// <summary>Short leases, so that a dead member is noticed within a test's patience.</summary>
    protected static EventLogOptions TestOptions => new() { Partitions = 4, Lease = TimeSpan.FromSeconds(3) };

    protected IEventLog EventLog { get; private set; } = null!;

    /// <summary>Another client of the same log, as another process would have it.</summary>
    protected abstract Task<IEventLog> CreateAsync();

    /// <summary>Makes what is in the topic now look appended that long ago.</summary>
    protected abstract Task AgeAsync(TimeSpan by);

    public virtual async Task InitializeAsync()
    {
        EventLog = await OpenAsync();
        await EventLog.EnsureTopicsAsync([Topic], None);
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var log in opened) await log.DisposeAsync();
    }

    [Fact]
    public async Task A_record_comes_back_exactly_as_it_was_appended()
    {
        KeyValuePair<string, string>[] headers = [new("gateway", "stripe"), new("ünï", "ſ\n\0\u001f✓"), new("empty", ""), new("gateway", "twice")];
        var big = RandomNumberGenerator.GetBytes(256 * 1024);
        LogAppend[] sent = [new(Topic, "pi_1", headers, big), new(Topic, "ключ\0", [], Array.Empty<byte>()), new(Topic, "", headers, new byte[1])];

        await EventLog.AppendAsync(sent, None);

        var got = await ReadAllAsync(EventLog);
        Assert.Equal(sent.Length, got.Count);
        foreach (var one in sent)
        {
            var record = Assert.Single(got, record => record.Key == one.Key);
            Assert.Equal(one.Headers, record.Headers);
            Assert.Equal(one.Value.ToArray(), record.Value.ToArray());
            Assert.Equal(Partitioner.PartitionOf(one.Key, 4), record.Partition.Number);
            Assert.InRange(record.AppendedAt, TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        }
    }

    [Fact]
    public async Task Records_of_one_key_keep_their_order()
    {
        for (var call = 0; call < 20; call++)
            await EventLog.AppendAsync(Numbered(call * 50, 50, number => $"key-{number % 7}"), None);

        var got = await ReadAllAsync(EventLog);

        Assert.Equal(1_000, got.Count);
        foreach (var key in got.GroupBy(record => record.Key))
            Assert.Equal(key.Select(NumberOf).Order(), key.OrderBy(record => record.Offset).Select(NumberOf));
    }

    [Fact]
    public async Task I26_a_reader_beside_concurrent_appenders_skips_nothing_and_sees_no_gap()
    {
        const int Appenders = 6, Calls = 60;
        var other = await OpenAsync();
        var reading = FollowAsync(other, Appenders * Calls * 3);

        await Task.WhenAll(Enumerable.Range(0, Appenders).Select(async appender =>
        {
            var log = appender % 2 == 0 ? EventLog : other;
            for (var call = 0; call < Calls; call++)
                await log.AppendAsync(Numbered((appender * Calls + call) * 3, 3, number => $"key-{number}"), None);
        }));

        var got = await reading.WaitAsync(Limit);
        Assert.Equal(Enumerable.Range(0, Appenders * Calls * 3), got.Select(NumberOf).Order());
        foreach (var partition in got.GroupBy(record => record.Partition))
            Assert.Equal(partition.Select(record => record.Offset).Order(), partition.Select(record => record.Offset));
    }

    [Fact]
    public async Task Waiting_ends_when_another_process_appends()
    {
        var other = await OpenAsync();
        await EventLog.WaitForAppendAsync([Topic], TimeSpan.FromMilliseconds(200), None);

        var waiting = UntilAnyAsync(EventLog);
        await other.AppendAsync(Numbered(0, 1, _ => "key"), None);

        Assert.Single(await waiting.WaitAsync(Limit));
    }

    [Fact]
    public virtual async Task Time_finds_the_first_record_at_or_after_it()
    {
        await EventLog.AppendAsync(Numbered(0, 40, number => $"key-{number}"), None);
        var earlier = (await ReadAllAsync(EventLog)).Max(record => record.AppendedAt);
        await Eventually.Async(() => TimeProvider.System.GetUtcNow() > earlier.AddMilliseconds(50), Limit);
        var between = earlier.AddMilliseconds(25);
        await EventLog.AppendAsync(Numbered(40, 40, number => $"key-{number}"), None);

        var found = await EventLog.FindOffsetsAsync(Topic, between, None);
        var all = await EventLog.FindOffsetsAsync(Topic, earlier.AddDays(-400), None);
        var none = await EventLog.FindOffsetsAsync(Topic, earlier.AddHours(1), None);

        var offsets = await EventLog.GetOffsetsAsync(Topic, None);
        Assert.Equal(4, found.Count);
        foreach (var (partition, offset) in found)
        {
            var later = await EventLog.ReadAsync(partition, offset, 100, None);
            Assert.All(later, record => Assert.True(NumberOf(record) >= 40));
            Assert.Equal(offset - offsets[partition].First, (await ReadPartitionAsync(EventLog, partition)).Count(r => NumberOf(r) < 40));
        }
        Assert.All(all, one => Assert.Equal(offsets[one.Key].First, one.Value));
        Assert.All(none, one => Assert.Equal(offsets[one.Key].Next, one.Value));
    }

    [Fact]
    public virtual async Task Retention_moves_the_first_offset_and_readers_below_it_are_told()
    {
        await EventLog.AppendAsync(Numbered(0, 40, number => $"key-{number}"), None);
        await AgeAsync(TimeSpan.FromDays(3));
        await EventLog.AppendAsync(Numbered(40, 40, number => $"key-{number}"), None);
        var before = await EventLog.GetOffsetsAsync(Topic, None);

        await EventLog.ApplyRetentionAsync(Topic, TimeProvider.System.GetUtcNow().AddDays(-1), None);

        await Eventually.Async(async () => (await EventLog.GetOffsetsAsync(Topic, None)).All(one => one.Value.First > 0), Limit);
        Assert.Equal(Enumerable.Range(40, 40), (await ReadAllAsync(EventLog)).Select(NumberOf).Order());
        foreach (var (partition, range) in await EventLog.GetOffsetsAsync(Topic, None))
        {
            Assert.Equal(before[partition].Next, range.Next);
            await Assert.ThrowsAsync<OffsetOutOfRangeException>(() => EventLog.ReadAsync(partition, range.First - 1, 10, None));
        }
    }

    [Fact]
    public async Task An_offset_beyond_the_end_is_out_of_range_and_the_end_itself_is_empty()
    {
        var partition = new TopicPartition(Topic, 0);

        Assert.Empty(await EventLog.ReadAsync(partition, 0, 10, None));
        await Assert.ThrowsAsync<OffsetOutOfRangeException>(() => EventLog.ReadAsync(partition, 5, 10, None));
    }

    [Fact]
    public virtual async Task A_topic_that_is_not_there_is_named()
    {
        var missing = await Assert.ThrowsAnyAsync<EventLogException>(
            () => EventLog.AppendAsync([new LogAppend("test.missing", "key", [], new byte[1])], None));
        Assert.Contains("test.missing", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_keeps_its_records_is_healthy() => Assert.Null(await EventLog.CheckHealthAsync(None));

    protected async Task<IEventLog> OpenAsync()
    {
        var log = await CreateAsync();
        opened.Add(log);
        return log;
    }

    protected LogAppend[] Numbered(int first, int count, Func<int, string> key) =>
        [.. Enumerable.Range(first, count).Select(number => new LogAppend(Topic, key(number), [], Encoding.ASCII.GetBytes($"{number}")))];

    protected static int NumberOf(LogRecord record) => int.Parse(Encoding.ASCII.GetString(record.Value.Span), null);

    protected async Task<List<LogRecord>> ReadAllAsync(IEventLog log)
    {
        var all = new List<LogRecord>();
        foreach (var partition in (await log.GetOffsetsAsync(Topic, None)).Keys) all.AddRange(await ReadPartitionAsync(log, partition));
        return all;
    }

    private async Task<List<LogRecord>> ReadPartitionAsync(IEventLog log, TopicPartition partition)
    {
        var range = (await log.GetOffsetsAsync(Topic, None))[partition];
        var records = new List<LogRecord>();
        for (var next = range.First; next < range.Next; next = records[^1].Offset + 1)
            records.AddRange(await log.ReadAsync(partition, next, 100, None));
        return records;
    }

    private async Task<List<LogRecord>> FollowAsync(IEventLog log, int count)
    {
        var next = Enumerable.Range(0, 4).ToDictionary(number => new TopicPartition(Topic, number), _ => 0L);
        var records = new List<LogRecord>();
        while (records.Count < count)
        {
            foreach (var partition in next.Keys.ToList())
            {
                var read = await log.ReadAsync(partition, next[partition], 50, None);
                records.AddRange(read);
                if (read.Count > 0) next[partition] = read[^1].Offset + 1;
            }
        }
        return records;
    }

    private async Task<List<LogRecord>> UntilAnyAsync(IEventLog log)
    {
        while (true)
        {
            await log.WaitForAppendAsync([Topic], TimeSpan.FromSeconds(10), None);
            if (await ReadAllAsync(log) is { Count: > 0 } records) return records;
        }
    }
}
