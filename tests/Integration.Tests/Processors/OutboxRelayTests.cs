using PaymentPipeline.Core.Payments;
using PaymentPipeline.EventLog;
using PaymentPipeline.Integration.Tests.Storage;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Processors;

public sealed class OutboxRelayTests
{
    [Fact]
    public async Task I23_events_of_a_payment_are_published_gapless_and_in_order()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync([.. Enumerable.Range(0, 60).Select(i => $"order{i} porder{i % 3} 100")]);
        await server.UntilCommittedAsync(60);
        await Eventually.Async(async () => await server.ScalarAsync<int>("SELECT count(*) FROM books.outbox") == 0, ProcessorsServer.Soon);

        var told = await server.ReadAsync(Topics.PaymentEvents);
        Assert.Equal(await server.ScalarAsync<int>("SELECT count(*) FROM books.transitions"), told.Count);
        Assert.Equal(3, told.Select(record => record.Key).Distinct().Count());
        foreach (var payment in told.GroupBy(record => record.Key))
            Assert.Equal(
                Enumerable.Range(1, payment.Count()).Select(version => $"{payment.Key}.{version}"),
                payment.Select(record => record.Header(LogHeaders.EventId)));
    }

    [Fact]
    public async Task F4_a_relay_that_dies_between_append_and_move_publishes_the_same_ids_and_bytes_again()
    {
        await using var books = await BooksOnce.OpenAsync();
        await books.Books.CommitAsync("evt_f4", Books.Fact(FactKind.Captured, "pi_f4", "cap_f4", 100));
        var staged = await books.Outbox.ReadAsync(await books.Outbox.AcquireAsync("first", TimeSpan.FromSeconds(5), default), 10, default);
        await books.Outbox.ReleaseAsync("first", default);

        // The first published and died; the next one finds the rows as they were.
        var leases = await books.Outbox.AcquireAsync("second", TimeSpan.FromSeconds(5), default);
        var again = await books.Outbox.ReadAsync(leases, 10, default);

        Assert.Equal(staged.Select(message => (message.EventId, message.Key, Convert.ToHexString(message.Payload))),
            again.Select(message => (message.EventId, message.Key, Convert.ToHexString(message.Payload))));
        Assert.Equal(again.Count, await books.Outbox.MoveToFeedAsync("second", leases, again, default));
        Assert.Empty(await books.Outbox.ReadAsync(leases, 10, default));
    }

    [Fact]
    public async Task F47_of_two_relays_one_has_a_shard_and_the_one_that_lost_it_is_fenced()
    {
        await using var books = await BooksOnce.OpenAsync();
        await books.Books.CommitAsync("evt_f47", Books.Fact(FactKind.Captured, "pi_f47", "cap_f47", 100));
        var stale = await books.Outbox.AcquireAsync("first", TimeSpan.FromSeconds(60), default);
        Assert.Equal(OutboxShards.Count, stale.Count);
        Assert.Empty(await books.Outbox.AcquireAsync("second", TimeSpan.FromSeconds(60), default));
        var messages = await books.Outbox.ReadAsync(stale, 10, default);

        await books.Books.ExecuteAsync("UPDATE books.outbox_leases SET expires_at = '-infinity'");
        var fresh = await books.Outbox.AcquireAsync("second", TimeSpan.FromSeconds(60), default);

        Assert.Equal(0, await books.Outbox.MoveToFeedAsync("first", stale, messages, default));
        Assert.All(fresh, lease => Assert.Equal(2, lease.Epoch));
        Assert.Equal(messages.Count, await books.Outbox.MoveToFeedAsync("second", fresh, messages, default));
    }

    /// <summary>
    /// A connection's plans are made on its first, quiet days. Counted in rows read, since a plan that then reads all of a backlog for
    /// each row of it is only slow.
    /// </summary>
    [Fact]
    public async Task A_backlog_in_an_outbox_that_was_always_empty_is_read_once()
    {
        const int Waiting = 2_000;
        await using var books = await BooksOnce.OpenAsync();
        await books.Books.ExecuteAsync("VACUUM ANALYZE books.outbox");
        var leases = await books.Outbox.AcquireAsync("relay", TimeSpan.FromSeconds(60), default);
        for (var quiet = 0; quiet < 10; quiet++) Assert.Equal(1, await MoveAsync(books, leases, staged: 1));
        await Eventually.Async(async () => await RowsReadAsync(books.Books) > 0, ProcessorsServer.Soon);
        var before = await RowsReadAsync(books.Books);

        Assert.Equal(Waiting, await MoveAsync(books, leases, Waiting));

        await Eventually.Async(async () => await RowsReadAsync(books.Books) > before, ProcessorsServer.Soon);
        Assert.InRange(await RowsReadAsync(books.Books) - before, 1, 10 * Waiting);
    }

    private static async Task<int> MoveAsync(BooksOnce books, IReadOnlyList<OutboxLease> leases, int staged)
    {
        await books.Books.ExecuteAsync($"""
            INSERT INTO books.outbox (shard, topic, key, event_id, event_type, gateway, account, payload, created_at)
            SELECT 0, 'payment.events', 'k', gen_random_uuid()::text, 'PaymentCaptured', 'stripe', 'default', '{"{}"}', now()
            FROM generate_series(1, {staged}) AS n
            """);
        return await books.Outbox.MoveToFeedAsync("relay", leases, await books.Outbox.ReadAsync(leases, staged, default), default);
    }

    private static Task<long> RowsReadAsync(Books books) => books.ScalarAsync<long>("""
        SELECT coalesce(sum(s.seq_tup_read + i.idx_tup_read), 0)::bigint
        FROM pg_stat_user_tables AS s
        JOIN pg_stat_user_indexes AS i USING (relid)
        WHERE s.schemaname = 'books' AND s.relname = 'outbox'
        """);

    [Fact]
    public async Task What_waits_is_measured()
    {
        await using var books = await BooksOnce.OpenAsync();
        Assert.Equal(new OutboxBacklog(0, TimeSpan.Zero), await books.Outbox.BacklogAsync(default));

        await books.Books.CommitAsync("evt_backlog", Books.Fact(FactKind.Captured, "pi_backlog", "cap_backlog", 100));

        var backlog = await books.Outbox.BacklogAsync(default);
        Assert.Equal(await books.Books.ScalarAsync<int>("SELECT count(*) FROM books.outbox"), backlog.Depth);
        Assert.NotEqual(TimeSpan.Zero, backlog.OldestAge);
    }

    private sealed class BooksOnce : IAsyncDisposable
    {
        private BooksOnce(Books books) => Books = books;

        public Books Books { get; }
        public OutboxStore Outbox => new(Books.Database);

        public static async Task<BooksOnce> OpenAsync()
        {
            var books = new Books();
            await books.InitializeAsync();
            return new BooksOnce(books);
        }

        public async ValueTask DisposeAsync() => await Books.DisposeAsync();
    }
}
