using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.TestKit;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>What callers read: pages that skip nothing, and nothing of another tenant's.</summary>
public sealed class QueryTests(Books books) : IClassFixture<Books>
{
    private static readonly Visibility nothing = new([("stripe", "other")]);
    private readonly Api _api = new(books);

    private PaymentPages Pages => new(books.Database);

    [Fact]
    public async Task Pages_follow_each_other_newest_first_without_a_gap_or_a_repetition()
    {
        var made = new List<Guid>();
        for (var i = 0; i < 25; i++)
            made.Add(((OperationBegin.Begun)await _api.CreateAsync($"page-{i}", gateway: i % 3 == 0 ? "adyen" : "stripe")).Operation.PaymentId);

        var seen = new List<Guid>();
        for (Guid? after = null; ;)
        {
            var page = await Pages.ListAsync(new PaymentFilter { UserId = "user-1", After = after, Limit = 7 }, Api.Everything, default);
            seen.AddRange(page.Select(snapshot => snapshot.Payment.Id));
            if (page.Count < 7) break;
            after = seen[^1];
        }
        Assert.Equal(made.OrderDescending(), seen.Where(made.Contains));
        var all = await Pages.ListAsync(new PaymentFilter { Limit = 1000 }, Api.Everything, default);
        Assert.Equal(all.Select(snapshot => snapshot.Payment.Id).OrderDescending(), all.Select(snapshot => snapshot.Payment.Id));
        Assert.Superset(made.ToHashSet(), all.Select(snapshot => snapshot.Payment.Id).ToHashSet());
    }

    /// <summary>Counted in rows read, since a plan that sorts all there are is only slow.</summary>
    [Fact]
    public async Task A_page_of_many_payments_reads_as_many_rows_as_it_shows()
    {
        var large = new Books();
        await large.InitializeAsync();
        await large.ExecuteAsync("""
            INSERT INTO books.payments (
                id, gateway, account, gateway_payment_id, origin, currency, status, version, amount, authorized, captured, refunded,
                refund_pending, disputed, fees, memory, created_at, updated_at)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'stripe', 'default', 'pi_' || n, 'external', 'EUR', 'SUCCEEDED', 1, 100, 100, 100, 0, 0, 0, 0,
                '{}', now(), now()
            FROM generate_series(1, 20000) AS n;
            ANALYZE books.payments;
            """);
        var pages = new PaymentPages(large.Database);
        var (visible, pageOfTen) = (new Visibility([("stripe", "default"), ("adyen", "default")]), new PaymentFilter { Limit = 10 });

        // Plans change after a connection has used a statement a few times.
        for (var read = 0; read < 12; read++) Assert.Equal(10, (await pages.ListAsync(pageOfTen, visible, default)).Count);

        await Eventually.Async(async () => await RowsReadAsync(large) > 0, TimeSpan.FromSeconds(30));
        Assert.InRange(await RowsReadAsync(large), 1, 12 * 20);
    }

    private static Task<long> RowsReadAsync(Books books) => books.ScalarAsync<long>("""
        SELECT s.seq_tup_read + coalesce((
            SELECT sum(i.idx_tup_read)
            FROM pg_stat_user_indexes AS i
            WHERE i.relid = s.relid), 0)::bigint
        FROM pg_stat_user_tables AS s
        WHERE s.schemaname = 'books' AND s.relname = 'payments'
        """);

    [Fact]
    public async Task Every_filter_finds_what_it_names_and_nothing_else()
    {
        var payment = await _api.CapturedAsync("filter");
        await _api.AuthorizedAsync("filter-other", gateway: "adyen");
        var one = new PaymentFilter { Limit = 10 };

        Assert.Equal([payment.Id], await FindAsync(one with { GatewayPaymentId = "pi_filter" }));
        Assert.Equal([payment.Id], await FindAsync(one with { GatewayPaymentId = Api.NameOf(payment.Id), OrderId = "order-1" }));
        Assert.Empty(await FindAsync(one with { GatewayPaymentId = "pi_filter", OrderId = "order-2" }));
        Assert.Contains(payment.Id, await FindAsync(one with { OrderId = "order-1", Status = PaymentStatus.Succeeded }));
        Assert.DoesNotContain(payment.Id, await FindAsync(one with { UserId = "user-1", Status = PaymentStatus.Authorized }));
        Assert.DoesNotContain(payment.Id, await FindAsync(one with { Gateway = "adyen" }));
        var created = (await Pages.ListAsync(one with { GatewayPaymentId = "pi_filter" }, Api.Everything, default)).Single().Details.CreatedAt;
        Assert.Contains(payment.Id, await FindAsync(one with { From = created, To = created.AddSeconds(1) }));
        Assert.Empty(await FindAsync(one with { GatewayPaymentId = "pi_filter", To = created }));
        Assert.Empty(await Pages.ListAsync(one, nothing, default));
    }

    [Fact]
    public async Task A_refund_is_one_thing_whether_asked_for_or_told()
    {
        var refunds = new RefundQueries(books.Database);
        var payment = await _api.CapturedAsync("refunds");
        var ours = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, "refunds-1", 300);
        var open = Assert.Single(await refunds.OfPaymentAsync(payment.Id, Api.Everything, default));
        Assert.Equal((OperationStatus.Pending, true, 300), (open.Status, open.IsOurs, open.Amount.AmountMinor));

        await _api.SettleAsync(ours.Operation, ApiOperationState.Succeeded, "re_refunds",
            Fact(FactKind.RefundSucceeded, "pi_refunds", "re_refunds", 300, founds: false));
        await books.CommitAsync("evt_refunds", Fact(FactKind.RefundFailed, "pi_refunds", "re_direct", 50, founds: false));

        var all = await refunds.OfPaymentAsync(payment.Id, Api.Everything, default);
        Assert.Equal([(true, OperationStatus.Succeeded), (false, OperationStatus.Failed)],
            all.OrderByDescending(refund => refund.IsOurs).Select(refund => (refund.IsOurs, refund.Status)));
        var told = Identifiers.Derive(payment.Id, "refund", "re_refunds");
        Assert.Equal(ours.Operation.Id, (await refunds.GetAsync(told, Api.Everything, default))?.Id);
        Assert.Equal("re_refunds", (await refunds.GetAsync(ours.Operation.Id, Api.Everything, default))?.GatewayReference);
        Assert.Null(await refunds.GetAsync(ours.Operation.Id, nothing, default));
    }

    [Fact]
    public async Task Transactions_and_timeline_hold_everything_about_one_payment()
    {
        var history = new PaymentHistory(books.Database);
        var payment = await _api.CapturedAsync("history");
        await books.CommitAsync("evt_history", Fact(FactKind.DisputeFundsWithdrawn, "pi_history", "dp_history", 200, founds: false));
        await books.CommitAsync(books.Record(Event("evt_history_bad",
            Fact(FactKind.Captured, "pi_history", "cap_more", 5000))) with { Key = "pi_history" });

        var transactions = (await history.TransactionsAsync(payment.Id, Api.Everything, default))!;
        Assert.Equal([OperationKind.Capture, OperationKind.Dispute], transactions.Parts.Select(part => part.Kind).Order());
        Assert.Equal(["Capture", "Dispute"], transactions.Movements.Select(movement => movement.Kind));
        Assert.Null(await history.TransactionsAsync(payment.Id, nothing, default));

        var timeline = (await history.TimelineAsync(payment.Id, Api.Everything, default))!;
        Assert.Equal(2, timeline.Count(entry => entry.Kind == "operation"));
        Assert.Equal(4, timeline.Count(entry => entry.Kind == "transition"));
        Assert.Equal(4, timeline.Count(entry => entry is { Kind: "event", Outcome: "staged" }));
        Assert.Contains(timeline, entry => entry is { Kind: "webhook", Reference: "evt_history", Outcome: "applied" });
        Assert.Contains(timeline, entry => entry is { Kind: "dead_letter", Name: "amount_mismatch", Outcome: "open" });
        Assert.Equal(timeline.Select(entry => entry.RecordedAt).Order(), timeline.Select(entry => entry.RecordedAt));

        var disputes = new DisputeQueries(books.Database);
        var dispute = Assert.Single(await disputes.ListAsync(OperationStatus.FundsWithdrawn, null, 10, Api.Everything, default));
        Assert.Equal((payment.Id, 200, "dp_history"), (dispute.PaymentId, dispute.Amount.AmountMinor, dispute.GatewayDisputeId));
        Assert.Equal(dispute, await disputes.GetAsync(dispute.Id, Api.Everything, default));
        Assert.Null(await disputes.GetAsync(dispute.Id, nothing, default));
        Assert.Empty(await disputes.ListAsync(null, dispute.Id, 10, Api.Everything, default));
        Assert.Superset(new HashSet<string> { "pi_history", Api.NameOf(payment.Id) },
            (await books.Payments.AliasesAsync(payment.Id, default)).ToHashSet());
    }

    private async Task<IEnumerable<Guid>> FindAsync(PaymentFilter filter) =>
        (await Pages.ListAsync(filter, Api.Everything, CancellationToken.None)).Select(snapshot => snapshot.Payment.Id);
}
