using Microsoft.Extensions.Options;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Events;

/// <summary>Readers that wait for the next event: how many there are, and what wakes them.</summary>
internal sealed class FeedWaiting(
    EventFeed feed, FeedSignal signal, IOptions<EventsOptions> options, IHostApplicationLifetime lifetime, TimeProvider time)
    : BackgroundService
{
    // Beside the ring: what is missed costs a second, never an event.
    private static readonly TimeSpan pollAtLeast = TimeSpan.FromSeconds(1);
    private int _waiters;

    /// <summary>Null when too many wait; dispose it to leave.</summary>
    public IDisposable? TryEnter()
    {
        if (Interlocked.Increment(ref _waiters) <= options.Value.WaitersMax) return new Place(this);
        Interlocked.Decrement(ref _waiters);
        return null;
    }

    /// <summary>
    /// The first page with events; an empty one when <paramref name="atMost"/> is over or the service stops. The page's position
    /// rises over events that the query leaves out either way.
    /// </summary>
    public async Task<FeedPage> ReadAsync(FeedQuery query, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            // Taken before reading: what is published while we read rings it.
            var ring = signal.Next;
            var page = await feed.ReadAsync(query, cancellationToken);
            if (page.Events.Count > 0) return page;
            query = query with { After = page.Next };
            if (page.HasMore) continue;

            var left = atMost - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || lifetime.ApplicationStopping.IsCancellationRequested) return page;
            using var wake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
            await ring.WaitAsync(left < pollAtLeast ? left : pollAtLeast, time, wake.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => signal.RunAsync(stoppingToken);

    private sealed class Place(FeedWaiting waiting) : IDisposable
    {
        private FeedWaiting? _waiting = waiting;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _waiting, null) is { } left) Interlocked.Decrement(ref left._waiters);
        }
    }
}
