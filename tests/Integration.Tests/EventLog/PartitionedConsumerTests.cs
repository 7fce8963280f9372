using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Postgres;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

public sealed class PartitionedConsumerTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly string topic = $"test.{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";
    private readonly ConcurrentQueue<LogRecord> handled = new();
    private readonly CancellationTokenSource stopping = new();
    private PostgresEventLog log = null!;

    private PartitionedConsumerOptions Options => new("consumers", [topic]) { BatchMax = 10, LaneCapacity = 40, PollRecordsMax = 20 };

    public async Task InitializeAsync()
    {
        log = Open();
        await log.EnsureTopicsAsync([topic], CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await log.DisposeAsync();
        stopping.Dispose();
    }

    [Fact]
    public async Task Each_record_is_handled_in_order_and_committed_at_the_stop()
    {
        await AppendAsync(0, 400);
        var running = StartAsync(log, KeepAsync);
        await AppendAsync(400, 100);

        await Eventually.Async(() => handled.Count == 500, Limit);
        await StopAsync(running);

        Assert.Equal(Enumerable.Range(0, 500), handled.Select(NumberOf).Order());
        foreach (var partition in handled.GroupBy(record => record.Partition))
            Assert.Equal(partition.Select(record => record.Offset).Order(), partition.Select(record => record.Offset));
        await AssertAllCommittedAsync();
    }

    [Fact]
    public async Task A_failing_handler_gets_the_same_records_again_and_nothing_past_them_is_committed()
    {
        await AppendAsync(0, 100);
        var failing = true;
        var running = StartAsync(log, (records, token) => failing ? throw new InvalidOperationException("not yet") : KeepAsync(records, token));

        await AppendAsync(100, 10);
        Assert.Empty(await log.GetCommittedAsync("consumers", [topic], CancellationToken.None));
        failing = false;
        await Eventually.Async(() => handled.Count == 110, Limit);
        await StopAsync(running);

        Assert.Equal(Enumerable.Range(0, 110), handled.Select(NumberOf).Order());
        await AssertAllCommittedAsync();
    }

    [Fact]
    public async Task A_slow_handler_bounds_what_is_in_hand_and_keeps_its_partitions()
    {
        await AppendAsync(0, 1_000);
        var open = new TaskCompletionSource();
        var running = StartAsync(log, async (records, token) =>
        {
            await open.Task;
            await KeepAsync(records, token);
        });
        // Longer than a lease: a member that is busy still lives.
        var leaseEnds = TimeProvider.System.GetUtcNow().AddSeconds(4);
        await Eventually.Async(() => TimeProvider.System.GetUtcNow() > leaseEnds, Limit);
        await using var other = Open();
        await using var second = await other.SubscribeAsync("consumers", [topic], CancellationToken.None);
        var poll = await second.PollAsync(100, TimeSpan.Zero, CancellationToken.None);

        Assert.Empty(poll.Records);
        open.SetResult();
        await second.DisposeAsync();
        await Eventually.Async(() => handled.Count >= 1_000, Limit);
        await StopAsync(running);
        Assert.Equal(Enumerable.Range(0, 1_000), handled.Select(NumberOf).Order());
    }

    [Fact]
    public async Task Members_that_come_and_go_hand_over_without_a_record_lost_or_handled_twice()
    {
        var appending = Task.Run(async () =>
        {
            for (var call = 0; call < 100; call++) await AppendAsync(call * 10, 10);
        });
        var first = StartAsync(log, KeepAsync);
        await Eventually.Async(() => handled.Count > 50, Limit);
        await using var other = Open();
        using var leave = new CancellationTokenSource();
        var second = new PartitionedConsumer(other, Options, KeepAsync, TimeProvider.System, NullLogger.Instance).RunAsync(leave.Token);

        await appending;
        await Eventually.Async(() => handled.Count > 500, Limit);
        await leave.CancelAsync();
        await second.WaitAsync(Limit);
        await Eventually.Async(() => handled.Count >= 1_000, Limit);
        await StopAsync(first);

        Assert.Equal(Enumerable.Range(0, 1_000), handled.Select(NumberOf).Order());
        await AssertAllCommittedAsync();
    }

    private PostgresEventLog Open()
    {
        var options = new EventLogOptions { Partitions = 4, Lease = TimeSpan.FromSeconds(3) };
        options.Postgres.ConnectionString = database.ConnectionString;
        return new PostgresEventLog(options, TimeProvider.System, NullLogger.Instance);
    }

    private Task StartAsync(PostgresEventLog from, Func<IReadOnlyList<LogRecord>, CancellationToken, Task> handle) =>
        new PartitionedConsumer(from, Options, handle, TimeProvider.System, NullLogger.Instance).RunAsync(stopping.Token);

    private async Task StopAsync(Task running)
    {
        await stopping.CancelAsync();
        await running.WaitAsync(Limit);
    }

    private Task KeepAsync(IReadOnlyList<LogRecord> records, CancellationToken cancellationToken)
    {
        foreach (var record in records) handled.Enqueue(record);
        return Task.CompletedTask;
    }

    private Task AppendAsync(int first, int count) => log.AppendAsync(
        [.. Enumerable.Range(first, count).Select(n => new LogAppend(topic, $"key-{n % 50}", [], Encoding.ASCII.GetBytes($"{n}")))],
        CancellationToken.None);

    private static int NumberOf(LogRecord record) => int.Parse(Encoding.ASCII.GetString(record.Value.Span), null);

    private async Task AssertAllCommittedAsync()
    {
        var offsets = await log.GetOffsetsAsync(topic, CancellationToken.None);
        var committed = await log.GetCommittedAsync("consumers", [topic], CancellationToken.None);
        Assert.All(offsets, one => Assert.Equal(one.Value.Next, committed.GetValueOrDefault(one.Key)));
    }
}
