using PaymentPipeline.EventLog;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

public sealed class OffsetTrackerTests
{
    private readonly OffsetTracker tracker = new();

    [Fact]
    public void Nothing_finished_is_nothing_to_commit()
    {
        Deliver(5, 6);

        Assert.Null(tracker.Next);
        Assert.Equal(2, tracker.InHand);
    }

    [Fact]
    public void I31_the_commit_stops_before_the_lowest_unfinished_record()
    {
        Deliver(0, 1, 2, 3);

        Finish(0, 2, 3);
        Assert.Equal(1, tracker.Next);
        Finish(1);

        Assert.Equal(4, tracker.Next);
        Assert.Equal(0, tracker.InHand);
    }

    [Fact]
    public void Holes_in_the_offsets_hold_nothing_back()
    {
        Deliver(10, 17, 18);

        Finish(17, 10);

        Assert.Equal(18, tracker.Next);
    }

    [Fact]
    public void An_offset_that_does_not_rise_is_refused()
    {
        Deliver(3);

        Assert.Throws<ArgumentOutOfRangeException>(() => tracker.Deliver(3));
    }

    [Fact]
    public async Task It_is_idle_when_the_last_record_in_hand_is_finished()
    {
        Assert.True(tracker.WhenIdle().IsCompleted);
        Deliver(0, 1);
        var idle = tracker.WhenIdle();

        Finish(1);
        Assert.False(idle.IsCompleted);
        Finish(0);

        await idle.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void I31_holds_for_any_order_of_finishing(int seed)
    {
        var offsets = Enumerable.Range(0, 500).Select(n => (long)n).ToArray();
        Deliver(offsets);
        var order = offsets.ToArray();
        new Random(seed).Shuffle(order);
        var unfinished = new SortedSet<long>(offsets);

        foreach (var offset in order)
        {
            tracker.Finish(offset);
            unfinished.Remove(offset);
            Assert.Equal(unfinished.Count > 0 ? unfinished.Min : 500, tracker.Next ?? 0);
        }
    }

    private void Deliver(params long[] offsets)
    {
        foreach (var offset in offsets) tracker.Deliver(offset);
    }

    private void Finish(params long[] offsets)
    {
        foreach (var offset in offsets) tracker.Finish(offset);
    }
}
