using Microsoft.Extensions.Options;
using PaymentPipeline.Ingress;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>How long a request waits for its append.</summary>
public sealed class AppendWaitsTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);
    private readonly FakeTimeProvider _time = new();
    private readonly AppendWaits _waits;

    public AppendWaitsTests() => _waits = new AppendWaits(Options.Create(new IngressOptions { AppendTimeoutMs = 1000 }), _time);

    [Fact]
    public async Task An_append_that_ends_is_awaited_however_it_ends()
    {
        var (kept, failed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (first, second) = (_waits.ForAsync(kept.Task), _waits.ForAsync(failed.Task));
        Assert.False(first.IsCompleted || second.IsCompleted);

        failed.SetException(new IOException());
        kept.SetResult();

        Assert.True(await first.WaitAsync(Soon));
        Assert.True(await second.WaitAsync(Soon));
        Assert.True(await _waits.ForAsync(kept.Task).WaitAsync(Soon));
    }

    [Fact]
    public async Task A_wait_ends_when_its_own_time_is_over_and_no_other_with_it()
    {
        var (slow, later) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = _waits.ForAsync(slow.Task);
        _time.Advance(TimeSpan.FromMilliseconds(600));
        var second = _waits.ForAsync(later.Task);

        _time.Advance(TimeSpan.FromMilliseconds(350));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.False(await first.WaitAsync(Soon));
        Assert.False(second.IsCompleted);
        slow.SetResult();
        later.SetResult();
        Assert.True(await second.WaitAsync(Soon));
    }

    [Fact]
    public async Task Appends_that_end_while_their_time_runs_out_end_once()
    {
        var appends = Enumerable.Range(0, 2000).Select(_ => new TaskCompletionSource()).ToList();
        var waits = appends.Select(append => _waits.ForAsync(append.Task)).ToList();

        await Task.WhenAll(
            Task.Run(() => appends.ForEach(append => append.SetResult())),
            Task.Run(() => _time.Advance(TimeSpan.FromMilliseconds(1100))));

        await Task.WhenAll(waits).WaitAsync(Soon);
    }

    public void Dispose() => _waits.Dispose();
}
