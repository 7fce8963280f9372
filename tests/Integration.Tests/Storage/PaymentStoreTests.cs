using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

public sealed class PaymentStoreTests(Books books) : IClassFixture<Books>
{
    [Fact]
    public async Task A_capture_and_a_refund_move_money_and_tell_it()
    {
        var result = await books.CommitAsync(
            books.Record(Event("evt_life_1", Fact(FactKind.Authorized, "pi_life", "ch_life", 1000))),
            books.Record(Event("evt_life_2", Fact(FactKind.Captured, "pi_life", "cap_life", 1000))),
            books.Record(Event("evt_life_3", Fact(FactKind.RefundSucceeded, "pi_life", "re_life", 400, founds: false, "re_life"))));

        Assert.Equal(3, result.Applied);
        var payment = await books.FindAsync("re_life");
        Assert.NotNull(payment);
        Assert.Equal((PaymentStatus.PartiallyRefunded, 1000, 400), (payment.Status, payment.AmountCaptured, payment.AmountRefunded));
        Assert.Equal(payment.Version, await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.transitions WHERE payment_id = @Id", new { payment.Id }));
        Assert.Equal(payment.Version, result.Transitions);
        Assert.Equal(payment.Version, await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.outbox WHERE key = @Key", new { Key = $"pay_{payment.Id:N}" }));
        Assert.Equal(600, await books.ScalarAsync<long>(
            "SELECT sum(amount) FROM books.journal_postings WHERE owner = @Id AND account = 'GatewayBalance'", new { payment.Id }));
        Assert.Equal(0, await books.ScalarAsync<long>(
            "SELECT sum(amount) FROM books.journal_postings WHERE owner = @Id", new { payment.Id }));
        Assert.Equal(2, await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.operations WHERE payment_id = @Id", new { payment.Id }));
    }

    [Fact]
    public async Task H19_the_same_event_twice_has_one_effect()
    {
        var fact = Fact(FactKind.Captured, "pi_twice", "cap_twice", 500);
        var record = books.Record(Event("evt_twice", fact));
        var first = await books.CommitAsync(record, record);
        var second = await books.CommitAsync(books.Record(Event("evt_twice", fact)));

        Assert.Equal((1, 1), (first.Applied, first.Duplicates));
        Assert.Equal((0, 1, 0), (second.Applied, second.Duplicates, second.Transitions));
        Assert.Equal(500, (await books.FindAsync("pi_twice"))!.AmountCaptured);
    }

    [Fact]
    public async Task H20_the_same_event_id_with_other_contents_is_quarantined_and_the_first_is_kept()
    {
        await books.CommitAsync("evt_conflict", Fact(FactKind.Captured, "pi_conflict", "cap_conflict", 500));
        var forged = Event("evt_conflict", Fact(FactKind.Captured, "pi_conflict", "cap_other", 900)) with { ContentHash = 99 };
        var record = books.Record(forged);
        var result = await books.CommitAsync(record);
        var replayed = await books.CommitAsync(record);

        Assert.Equal([QuarantineReasons.Conflict], result.QuarantineReasons);
        Assert.Equal(500, (await books.FindAsync("pi_conflict"))!.AmountCaptured);
        Assert.Equal(1, replayed.Quarantined);
        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.dead_letters WHERE event_key = 'evt_conflict'"));
    }

    [Fact]
    public async Task H59_a_signed_delivery_id_with_another_body_is_quarantined()
    {
        IncomingRecord Delivery(string eventKey, byte body) =>
            books.Record(Event(eventKey, Fact(FactKind.Captured, "pi_h59", eventKey, 500))) with
            {
                DeliveryId = "transmission-1", BodyHash = Enumerable.Repeat(body, 32).ToArray(),
            };

        var first = await books.CommitAsync(Delivery("evt_h59_true", 1));
        var again = await books.CommitAsync(Delivery("evt_h59_true", 1));
        var forged = await books.CommitAsync(Delivery("evt_h59_forged", 2));

        Assert.Equal((1, 1), (first.Applied, again.Duplicates));
        Assert.Equal([QuarantineReasons.DeliveryConflict], forged.QuarantineReasons);
        Assert.Equal(500, (await books.FindAsync("pi_h59"))!.AmountCaptured);
    }

    [Fact]
    public async Task F36_one_fact_under_two_event_ids_is_booked_once()
    {
        await books.CommitAsync("evt_f36_thin", Fact(FactKind.Captured, "pi_f36", "cap_f36", 700));
        var second = await books.CommitAsync("evt_f36_full", Fact(FactKind.Captured, "pi_f36", "cap_f36", 700));

        Assert.Equal((1, 0), (second.Applied, second.Transitions));
        var payment = (await books.FindAsync("pi_f36"))!;
        Assert.Equal(700, payment.AmountCaptured);
        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.journal WHERE owner = @Id", new { payment.Id }));
    }

    [Fact]
    public async Task F37_ten_replays_change_nothing()
    {
        var records = Enumerable.Range(0, 20).Select(i => books.Record(
            Event($"evt_f37_{i}_a", Fact(FactKind.Captured, $"pi_f37_{i}", $"cap_f37_{i}", 300)),
            Event($"evt_f37_{i}_b", Fact(FactKind.RefundSucceeded, $"pi_f37_{i}", $"re_f37_{i}", 100, founds: false)))).ToArray();
        await books.CommitAsync(records);
        const string digestSql = """
            SELECT md5(string_agg(p::text, '' ORDER BY id)) || (SELECT count(*) FROM books.journal) || (SELECT count(*) FROM books.outbox)
            FROM books.payments AS p
            """;
        var digest = await books.ScalarAsync<string>(digestSql);
        for (var replay = 0; replay < 10; replay++) Assert.Equal(40, (await books.CommitAsync(records)).Duplicates);
        Assert.Equal(digest, await books.ScalarAsync<string>(digestSql));
    }

    [Fact]
    public async Task Currencies_of_one_payment_never_mix()
    {
        await books.CommitAsync("evt_mix_1", Fact(FactKind.Captured, "pi_mix", "cap_mix", 700));
        Assert.True(Core.Currencies.TryGet("JPY", out var yen));
        var result = await books.CommitAsync("evt_mix_2",
            Fact(FactKind.RefundSucceeded, "pi_mix", "re_mix_1", 100),
            Fact(FactKind.RefundSucceeded, "pi_mix", "re_mix_2") with { Amount = new(5, yen) });

        Assert.Equal([QuarantineReasons.CurrencyMismatch], result.QuarantineReasons);
        Assert.Equal(0, (await books.FindAsync("pi_mix"))!.AmountRefunded);
        Assert.Equal("quarantined", await books.ScalarAsync<string>("SELECT verdict FROM books.inbox WHERE event_key = 'evt_mix_2'"));
    }

    [Fact]
    public async Task A_fact_that_names_two_payments_is_quarantined()
    {
        await books.CommitAsync("evt_two_1", Fact(FactKind.Captured, "pi_two_a", "cap_two_a", 700));
        await books.CommitAsync("evt_two_2", Fact(FactKind.Captured, "pi_two_b", "cap_two_b", 700));
        var result = await books.CommitAsync("evt_two_3", Fact(FactKind.Noted, "pi_two_a", "n", null, true, "pi_two_b"));
        Assert.Equal([QuarantineReasons.TwoPayments], result.QuarantineReasons);
    }

    [Fact]
    public async Task A_dispute_is_journaled_and_given_back()
    {
        await books.CommitAsync("evt_dp_1", Fact(FactKind.Captured, "pi_dp", "cap_dp", 900));
        await books.CommitAsync("evt_dp_2", Fact(FactKind.DisputeFundsWithdrawn, "pi_dp", "dp_dp", 900, founds: false));
        var disputed = (await books.FindAsync("pi_dp"))!;
        Assert.Equal(900, disputed.AmountDisputed);
        Assert.Equal(0, await BalanceAsync(disputed));

        await books.CommitAsync("evt_dp_3", Fact(FactKind.DisputeFundsReinstated, "pi_dp", "dp_dp", 900, founds: false));
        var payment = (await books.FindAsync("pi_dp"))!;
        Assert.Equal(0, payment.AmountDisputed);
        Assert.Equal(900, await BalanceAsync(payment));
    }

    [Fact]
    public async Task A_payout_and_a_payment_method_are_kept_and_told()
    {
        var paid = Fact(FactKind.PayoutPaid, "po_1", "po_1", 5000);
        var attached = Fact(FactKind.PaymentMethodAttached, "pm_1", "pm_1") with
        {
            UserId = "user_1", Details = new() { Brand = "visa", Last4 = "4242" },
        };
        var result = await books.CommitAsync(books.Record(Event("evt_po", paid)), books.Record(Event("evt_pm", attached)));
        var again = await books.CommitAsync("evt_po_again", paid);

        Assert.Equal((2, 2), (result.Applied, result.Staged));
        Assert.Equal(0, again.Staged);
        Assert.Equal("Paid", await books.ScalarAsync<string>("SELECT status FROM books.payouts WHERE gateway_payout_id = 'po_1'"));
        Assert.Equal("visa", await books.ScalarAsync<string>("SELECT brand FROM books.payment_methods WHERE gateway_token = 'pm_1'"));
    }

    private Task<long> BalanceAsync(Payment payment) => books.ScalarAsync<long>(
        "SELECT sum(amount)::bigint FROM books.journal_postings WHERE owner = @Id AND account = 'GatewayBalance'", new { payment.Id });
}
