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
        var (begun, go) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var group = new GroupCommit<int, int>(
            async works =>
            {
                lock (together) together.Add(works.Count);
                begun.Release();
                await go.WaitAsync();
                return [.. works.Select(work => new Outcome<int>(work))];
            },
            lanes: 2, atMost: 10, worthALane: 5, new FakeTimeProvider());

        var all = new List<Task<int>> { group.RunAsync(0) };
        Assert.True(await begun.WaitAsync(limit));
        all.AddRange(Enumerable.Range(1, 4).Select(group.RunAsync));
        Assert.False(await begun.WaitAsync(TimeSpan.FromMilliseconds(200)));
        all.Add(group.RunAsync(5));
        Assert.True(await begun.WaitAsync(limit));

        go.Release(2);
        Assert.Equal(Enumerable.Range(0, 6), await Task.WhenAll(all).WaitAsync(limit));
        Assert.Equal([1, 5], together);
    }
}
