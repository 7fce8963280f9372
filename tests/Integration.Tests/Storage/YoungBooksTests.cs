using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.TestKit;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>
/// A shop's first day: the books were analysed while they held a payment or two, connections made their plans then, and now the sale
/// begins. Counted in rows read, since a plan that holds every payment against every name of a batch is only slow.
/// </summary>
public sealed class YoungBooksTests
{
    private const int Batch = 200;

    [Fact]
    public async Task Plans_made_in_nearly_empty_books_read_a_few_rows_for_each_webhook_when_they_fill()
    {
        var books = new Books();
        await books.InitializeAsync();
        await CommitAsync(books, "first", 1);
        await books.ExecuteAsync("VACUUM ANALYZE");
        for (var quiet = 0; quiet < 10; quiet++) await CommitAsync(books, $"quiet{quiet}", 1);
        for (var batch = 0; batch < 10; batch++) await CommitAsync(books, $"sale{batch}", Batch);
        var before = await RowsReadAsync(books, atLeast: 1);

        await CommitAsync(books, "last", Batch);

        Assert.InRange(await RowsReadAsync(books, before + 1) - before, 1, 20 * Batch);
        await books.DisposeAsync();
    }

    [Fact]
    public async Task Plans_made_in_nearly_empty_books_read_the_rows_that_a_page_shows_when_they_fill()
    {
        const int Reads = 10;
        const int Payments = 20_000;
        var books = new Books();
        await books.InitializeAsync();
        await FillAsync(books, 0, 1);
        await books.ExecuteAsync("VACUUM ANALYZE");
        await ReadAsync(books, Reads);
        await FillAsync(books, 1, Payments);
        var before = await RowsReadAsync(books, atLeast: 1);

        await ReadAsync(books, Reads);

        Assert.InRange(await RowsReadAsync(books, before + 1) - before, 1, Reads * 150);
        await books.DisposeAsync();
    }

    // Of the oldest payment: whoever walks from the newest on meets all of them before it.
    private static async Task ReadAsync(Books books, int times)
    {
        var (pages, feed) = (new PaymentPages(books.Database), new EventFeed(books.Database));
        var (visible, page) = (new Visibility([("stripe", "default"), ("adyen", "default")]), new PaymentFilter { Limit = 20 });
        for (var read = 0; read < times; read++)
        {
            Assert.Single(await pages.ListAsync(page with { UserId = "user-0" }, visible, default));
            Assert.Single(await pages.ListAsync(page with { OrderId = "order-0" }, visible, default));
            Assert.Single(await pages.ListAsync(page with { GatewayPaymentId = "pi_0" }, visible, default));
            Assert.NotEmpty(await pages.ListAsync(page, visible, default));
            Assert.NotEmpty((await feed.ReadAsync(new FeedQuery(visible, After: 0, Limit: 20), default)).Events);
            Assert.NotEmpty((await feed.ReadAsync(new FeedQuery(visible, After: 0, Limit: 20, Key: "pay_0"), default)).Events);
        }
    }

    private static Task FillAsync(Books books, int from, int count) => books.ExecuteAsync($"""
        WITH made AS (
            INSERT INTO books.payments (
                id, gateway, account, gateway_payment_id, origin, order_id, user_id, currency, status, version, amount, authorized, captured,
                refunded, refund_pending, disputed, fees, memory, created_at, updated_at)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'stripe', 'default', 'pi_' || n, 'external', 'order-' || n,
                'user-' || n, 'EUR', 'SUCCEEDED', 1, 100, 100, 100, 0, 0, 0, 0, {"'{}'"}, now(), now()
            FROM generate_series({from}, {from + count - 1}) AS n
            RETURNING id, gateway_payment_id),
        fed AS (
            INSERT INTO books.feed (position, event_id, event_type, key, gateway, account, payload, published_at)
            SELECT n + 1, 'event-' || n, 'PaymentCaptured', 'pay_' || n, 'stripe', 'default', {"'{}'"}, now()
            FROM generate_series({from}, {from + count - 1}) AS n),
        moved AS (UPDATE books.feed_head SET position = {from + count})
        INSERT INTO books.payment_aliases (gateway, account, alias, payment_id)
        SELECT 'stripe', 'default', gateway_payment_id, id
        FROM made
        """);

    /// <summary>Each webhook tells more of a payment that the one before it founded.</summary>
    private static async Task CommitAsync(Books books, string name, int payments)
    {
        await books.CommitAsync(Records(books, name, payments, number => Fact(FactKind.Authorized, $"pi_{number}", $"ch_{number}", 100)));
        await books.CommitAsync(Records(books, $"{name}-taken", payments, number => Fact(
            FactKind.Captured, $"pi_{number}", $"cap_{number}", 100, founds: false, $"ch_{number}")));

        static IncomingRecord[] Records(Books books, string name, int payments, Func<string, Fact> fact) =>
            [.. Enumerable.Range(0, payments).Select(number => books.Record(Event($"evt_{name}_{number}", fact($"{name.Split('-')[0]}_{number}"))) with
            {
                DeliveryId = $"delivery-{name}-{number}", BodyHash = new byte[32],
            })];
    }

    private const string RowsReadSql = """
        SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'books')::bigint
            + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'books')::bigint
        """;

    /// <summary>Connections tell what they read within a second after it.</summary>
    private static async Task<long> RowsReadAsync(Books books, long atLeast)
    {
        await Eventually.Async(async () => await books.ScalarAsync<long>(RowsReadSql) >= atLeast, TimeSpan.FromSeconds(30));
        await Task.Delay(TimeSpan.FromSeconds(2));
        return await books.ScalarAsync<long>(RowsReadSql);
    }
}
