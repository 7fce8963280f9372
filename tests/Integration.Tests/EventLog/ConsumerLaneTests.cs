using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentPipeline.EventLog;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>When a lane waits for more records, and when it must not.</summary>
public sealed class ConsumerLaneTests : IAsyncLifetime
{
    private const int Often = 20;
    private static readonly TimeSpan gap = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan soon = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly Channel<int> _handled = Channel.CreateUnbounded<int>();
    private ConsumerLane _lane = null!;
    private PartitionAssignment _assignment = null!;
    private Task _running = Task.CompletedTask;
    private long _offset;

    public Task InitializeAsync()
    {
        var options = new PartitionedConsumerOptions("lanes", ["topic"]) { BatchMax = 50, BatchGap = gap };
        _lane = new ConsumerLane(
            options,
            async (records, token) => await _handled.Writer.WriteAsync(records.Count, token),
            () => { }, _clock, NullLogger.Instance);
        _assignment = new PartitionAssignment(new TopicPartition("topic", 0), _lane);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_comes_alone_never_waits()
    {
        Start();

        for (var one = 0; one < 5; one++)
        {
            await AddAsync(1);
            Assert.Equal(1, await NextAsync());
        }
    }

    [Fact]
    public async Task What_follows_a_batch_of_many_is_gathered_until_the_gap_is_over()
    {
        await AddAsync(Often);
        Start();
        Assert.Equal(Often, await NextAsync());

        await AddAsync(3);
        await Task.Delay(100);
        Assert.False(_handled.Reader.TryPeek(out _));
        await AddAsync(4);
        _clock.Advance(gap);

        Assert.Equal(7, await NextAsync());
    }

    [Fact]
    public async Task A_full_batch_does_not_wait()
    {
        await AddAsync(100);
        Start();

        Assert.Equal(50, await NextAsync());
        Assert.Equal(50, await NextAsync());
    }

    public async Task DisposeAsync()
    {
        _lane.Complete();
        _clock.Advance(gap);
        await _running.WaitAsync(soon);
    }

    private void Start() => _running = _lane.RunAsync(CancellationToken.None);

    private async Task AddAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await _lane.EnqueueAsync(
                new LogRecord(_assignment.Partition, _offset++, "key", [], ReadOnlyMemory<byte>.Empty, _clock.GetUtcNow()),
                _assignment, CancellationToken.None);
    }

    private async Task<int> NextAsync() => await _handled.Reader.ReadAsync().AsTask().WaitAsync(soon);
}
