using System.Collections.Concurrent;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Storage;

public sealed class EventFeedTests : IAsyncLifetime
{
    private static readonly Visibility everything = new([("stripe", "default")]);
    private readonly Books _books = new();

    public Task InitializeAsync() => _books.InitializeAsync();

    public Task DisposeAsync() => _books.DisposeAsync();

    private OutboxStore Outbox => new(_books.Database);
    private EventFeed Feed => new(_books.Database);

    [Fact]
    public async Task I26_a_cursor_skips_nothing_and_repeats_nothing_while_publishers_race_and_die()
    {
        const int payments = 40, captures = 10;
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 6).Select(reader => ReadAllAsync(1 + (reader * 7), stop.Token)).ToArray();
        var publishers = Enumerable.Range(0, 3).Select(number => PublishAsync($"relay-{number}", new Random(number), stop.Token)).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var round = 0; round < captures; round++)
                for (var payment = writer; payment < payments; payment += 4)
                    await _books.CommitAsync(
                        $"evt_{payment}_{round}", Books.Fact(FactKind.Captured, $"pi_{payment}", $"cap_{payment}_{round}", 100));
        }));
        await Eventually.Async(
            async () => await _books.ScalarAsync<long>("SELECT count(*) FROM books.outbox") == 0, TimeSpan.FromSeconds(60));
        var newest = (await Feed.RangeAsync(default)).Newest;
        await Eventually.Async(() => Task.FromResult(readers.All(reader => Seen[reader.Id].At >= newest)), TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Task.WhenAll([.. readers, .. publishers]);

        var told = await _books.ScalarAsync<long>("SELECT count(*) FROM books.transitions");
        Assert.Equal(told, newest);
        Assert.Equal(payments * captures, await _books.ScalarAsync<long>(
            "SELECT count(*) FROM books.transitions WHERE event_type = 'PaymentCaptured'"));
        foreach (var reader in readers)
            Assert.Equal(Enumerable.Range(1, (int)told).Select(position => (long)position), Seen[reader.Id].Positions);
        Assert.Equal(0, await _books.ScalarAsync<long>("""
            SELECT count(*)
            FROM (SELECT event_id, row_number() OVER (PARTITION BY key ORDER BY position) AS nth FROM books.feed) AS f
            WHERE event_id NOT LIKE '%.' || nth
            """));
    }

    [Fact]
    public async Task A_position_rises_over_events_of_others_and_of_other_types()
    {
        await _books.CommitAsync("evt_1", Books.Fact(FactKind.Authorized, "pi_1", "a_1", 100));
        await _books.CommitAsync("evt_2", Books.Fact(FactKind.Captured, "pi_2", "c_2", 100));
        await PublishAllAsync();

        var none = await Feed.ReadAsync(new FeedQuery(new Visibility([("adyen", "default")]), 0, 10), default);
        var captured = await Feed.ReadAsync(new FeedQuery(everything, 0, 10, Types: ["PaymentCaptured"]), default);

        Assert.Empty(none.Events);
        Assert.Equal((await Feed.RangeAsync(default)).Newest, none.Next);
        Assert.Single(captured.Events);
        Assert.Equal(none.Next, captured.Next);
        Assert.False(captured.HasMore);
    }

    [Fact]
    public async Task Events_of_one_payment_are_found_by_its_id()
    {
        for (var payment = 0; payment < 5; payment++)
            await _books.CommitAsync($"evt_{payment}", Books.Fact(FactKind.Captured, $"pi_{payment}", $"c_{payment}", 100));
        await PublishAllAsync();
        var key = await _books.ScalarAsync<string>("SELECT key FROM books.feed ORDER BY position DESC LIMIT 1");

        var page = await Feed.ReadAsync(new FeedQuery(everything, 0, 10, Key: key), default);

        Assert.NotEmpty(page.Events);
        Assert.All(page.Events, told => Assert.Contains(key, System.Text.Encoding.UTF8.GetString(told.Json), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Old_events_go_and_the_range_says_so()
    {
        for (var payment = 0; payment < 5; payment++)
            await _books.CommitAsync($"evt_{payment}", Books.Fact(FactKind.Captured, $"pi_{payment}", $"c_{payment}", 100));
        await PublishAllAsync();
        var newest = (await Feed.RangeAsync(default)).Newest;

        Assert.True(await Feed.ForgetAsync(TimeProvider.System.GetUtcNow().AddMinutes(1), 2, default));
        Assert.Equal(new FeedRange(3, newest), await Feed.RangeAsync(default));
        Assert.False(await Feed.ForgetAsync(TimeProvider.System.GetUtcNow().AddDays(-1), 2, default));

        while (await Feed.ForgetAsync(TimeProvider.System.GetUtcNow().AddMinutes(1), 2, default)) Assert.True(true);
        Assert.Equal(new FeedRange(newest + 1, newest), await Feed.RangeAsync(default));
    }

    private ConcurrentDictionary<int, Reading> Seen { get; } = [];

    private sealed class Reading
    {
        public List<long> Positions { get; } = [];
        public long At { get; set; }
    }

    private Task ReadAllAsync(int limit, CancellationToken stop)
    {
        var ready = new TaskCompletionSource<Reading>();
        var reading = Task.Run(async () =>
        {
            var mine = await ready.Task;
            while (!stop.IsCancellationRequested)
            {
                var page = await Feed.ReadAsync(new FeedQuery(everything, mine.At, limit), CancellationToken.None);
                mine.Positions.AddRange(page.Events.Select(told => told.Position));
                mine.At = page.Next;
                await Task.Yield();
            }
        }, CancellationToken.None);
        var own = Seen[reading.Id] = new Reading();
        ready.SetResult(own);
        return reading;
    }

    /// <summary>A publisher that forgets, now and then, to move what it has published: as one that died.</summary>
    private async Task PublishAsync(string owner, Random dice, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var leases = await Outbox.AcquireAsync(owner, TimeSpan.FromMilliseconds(dice.Next(5, 60)), CancellationToken.None);
            if (leases.Count == 0) await Task.Yield();
            else
            {
                var messages = await Outbox.ReadAsync(leases, dice.Next(1, 8), CancellationToken.None);
                if (messages.Count > 0 && dice.Next(4) > 0) await Outbox.MoveToFeedAsync(owner, leases, messages, CancellationToken.None);
            }
            if (dice.Next(3) == 0) await Outbox.ReleaseAsync(owner, CancellationToken.None);
        }
    }

    private async Task PublishAllAsync()
    {
        var leases = await Outbox.AcquireAsync("all", TimeSpan.FromSeconds(30), default);
        while (await Outbox.ReadAsync(leases, 100, default) is { Count: > 0 } messages)
            await Outbox.MoveToFeedAsync("all", leases, messages, default);
    }
}
