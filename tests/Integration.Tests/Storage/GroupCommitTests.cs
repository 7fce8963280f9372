using PaymentPipeline.Storage.Operations;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Storage;

public sealed class GroupCommitTests
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task What_waits_behind_somebodys_lock_holds_up_no_others()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var unlocked = new TaskCompletionSource();
        var group = new GroupCommit<int, int>(
            async works =>
            {
                begun.TrySetResult();
                if (works.Contains(0)) await unlocked.Task;
                return [.. works.Select(work => new Outcome<int>(work))];
            },
            lanes: 2, atMost: 10, worthALane: 5, TimeProvider.System);

        var stuck = group.RunAsync(0);
        await begun.Task.WaitAsync(limit);
        // Too few for a lane of their own, and in the queue before anybody knows that the first is slow.
        var others = await Task.WhenAll(Enumerable.Range(1, 3).Select(group.RunAsync)).WaitAsync(limit);
        var later = await group.RunAsync(4).WaitAsync(limit);

        Assert.Equal([1, 2, 3, 4], others.Append(later));
        Assert.False(stuck.IsCompleted);
        unlocked.SetResult();
        Assert.Equal(0, await stuck.WaitAsync(limit));
        Assert.Equal(5, await group.RunAsync(5).WaitAsync(limit));
    }

    [Fact]
    public async Task A_few_wait_for_the_lane_that_is_busy_and_many_have_another()
    {
        var together = new List<int>();
        var go = new SemaphoreSlim(0);
        var group = new GroupCommit<int, int>(
            async works =>
            {
                await go.WaitAsync();
                lock (together) together.Add(works.Count);
                return [.. works.Select(work => new Outcome<int>(work))];
            },
            lanes: 2, atMost: 10, worthALane: 5, new FakeTimeProvider());

        var all = Enumerable.Range(0, 4).Select(group.RunAsync).ToList();
        go.Release();
        await all[0].WaitAsync(limit);
        go.Release();
        await Task.WhenAll(all).WaitAsync(limit);
        Assert.Equal(4, together.Sum());
        Assert.InRange(together.Count, 1, 2);

        all.AddRange(Enumerable.Range(4, 6).Select(group.RunAsync));
        go.Release(10);
        await Task.WhenAll(all).WaitAsync(limit);
        Assert.Equal(10, together.Sum());
    }
}
