using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
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
