using System.Globalization;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

public sealed class ParkedTests(Books books) : IClassFixture<Books>
{
    private ParkedStore Parked => new(books.Database);

    [Fact]
    public async Task H28_an_event_about_an_unknown_payment_is_parked_and_folded_when_the_payment_appears()
    {
        var refund = Fact(FactKind.RefundSucceeded, "cap_late", "re_late", 300, founds: false);
        var early = await books.CommitAsync("evt_park_1", refund);
        Assert.Equal((1, 0), (early.Parked, early.Transitions));
        Assert.Null(await books.FindAsync("cap_late"));

        var late = await books.CommitAsync("evt_park_2", Fact(FactKind.Captured, "pi_late", "cap_late", 1000, true, "cap_late"));

        Assert.Equal((1, 1), (late.Applied, late.Unparked));
        Assert.Equal((1000, 300), Amounts(await books.FindAsync("pi_late")));
        Assert.Equal("applied", await books.ScalarAsync<string>("SELECT resolution FROM books.parked WHERE event_key = 'evt_park_1'"));
        Assert.Equal(0, await books.ScalarAsync<int>("SELECT count(*) FROM books.parked_aliases WHERE alias = 'cap_late'"));
    }

    [Fact]
    public async Task A_part_before_its_payment_in_one_batch_is_not_parked_at_all()
    {
        var result = await books.CommitAsync(
            books.Record(Event("evt_same_1", Fact(FactKind.RefundSucceeded, "cap_same", "re_same", 300, founds: false))),
            books.Record(Event("evt_same_2", Fact(FactKind.Captured, "pi_same", "cap_same", 1000, true, "cap_same"))));

        Assert.Equal((2, 0), (result.Applied, result.Parked));
        Assert.Equal((1000, 300), Amounts(await books.FindAsync("pi_same")));
        Assert.Equal(0, await books.ScalarAsync<int>("SELECT count(*) FROM books.parked WHERE event_key = 'evt_same_1'"));
        Assert.Equal(2, await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.inbox WHERE event_key LIKE 'evt_same%' AND verdict = 'applied' AND payment_id IS NOT NULL"));
    }

    [Fact]
    public async Task Facts_that_wait_for_each_others_names_are_folded_in_a_chain()
    {
        await books.CommitAsync("evt_chain_1", Fact(FactKind.DisputeFundsWithdrawn, "re_chain", "dp_chain", 100, founds: false));
        await books.CommitAsync("evt_chain_2", Fact(FactKind.RefundSucceeded, "cap_chain", "re_chain", 300, false, "re_chain"));
        var last = await books.CommitAsync("evt_chain_3", Fact(FactKind.Captured, "pi_chain", "cap_chain", 1000, true, "cap_chain"));

        Assert.Equal(2, last.Unparked);
        var payment = (await books.FindAsync("pi_chain"))!;
        Assert.Equal((300, 100), (payment.AmountRefunded, payment.AmountDisputed));
    }

    [Fact]
    public async Task A_parked_fact_past_its_deadline_becomes_an_external_payment()
    {
        await books.CommitAsync("evt_orphan", Fact(FactKind.RefundSucceeded, "cap_orphan", "re_orphan", 300, founds: false));
        Assert.Empty(await Parked.FindOverdueAsync(books.Time.GetUtcNow().AddYears(-1), 10, CancellationToken.None));

        var overdue = await Parked.FindOverdueAsync(DateTimeOffset.MaxValue.AddYears(-1), 10, CancellationToken.None);
        var result = await books.Store.SettleParkedAsync(overdue, found: true, "test", CancellationToken.None);
        var again = await books.Store.SettleParkedAsync(overdue, found: true, "test", CancellationToken.None);

        Assert.Equal((overdue.Length, 0), (result.Unparked, again.Unparked));
        var payment = await books.FindAsync("cap_orphan");
        Assert.Equal(PaymentOrigin.External, payment?.Origin);
        Assert.Equal("external", await books.ScalarAsync<string>("SELECT resolution FROM books.parked WHERE event_key = 'evt_orphan'"));
    }

    [Fact]
    public async Task A_fact_that_was_parked_while_its_payment_was_being_founded_is_found_by_the_sweep()
    {
        await books.CommitAsync("evt_race_1", Fact(FactKind.RefundSucceeded, "cap_race", "re_race", 300, founds: false));
        await books.CommitAsync("evt_race_2", Fact(FactKind.Captured, "pi_race", "cap_x", 1000));
        // What the other worker committed in the same moment: the alias, but not the parked fact, which it could not see.
        var payment = (await books.FindAsync("pi_race"))!;
        await books.ExecuteAsync("INSERT INTO books.payment_aliases VALUES ('stripe', 'default', 'cap_race', @Id)", new { payment.Id });

        var result = await books.Store.SettleParkedAsync(
            await Parked.FindResolvableAsync(10, CancellationToken.None), found: false, "test", CancellationToken.None);

        Assert.Equal(1, result.Unparked);
        Assert.Equal((1000, 300), Amounts(await books.FindAsync("pi_race")));
    }

    [Fact]
    public async Task A_parked_fact_that_its_payment_refuses_becomes_a_dead_letter()
    {
        await books.CommitAsync("evt_wrong_1", Fact(FactKind.RefundSucceeded, "cap_wrong", "re_wrong", 300, founds: false));
        Assert.True(Core.Currencies.TryGet("JPY", out var yen));
        var captured = Fact(FactKind.Captured, "pi_wrong", "cap_wrong", null, true, "cap_wrong") with { Amount = new(1000, yen) };
        var result = await books.CommitAsync("evt_wrong_2", captured);

        Assert.Equal((1, 1), (result.Applied, result.Quarantined));
        Assert.Equal("quarantined", await books.ScalarAsync<string>("SELECT resolution FROM books.parked WHERE event_key = 'evt_wrong_1'"));
        Assert.Equal("books.parked currency_mismatch", await books.ScalarAsync<string>(
            "SELECT topic || ' ' || reason FROM books.dead_letters WHERE event_key = 'evt_wrong_1'"));
    }

    [Fact]
    public async Task A_parked_fact_comes_back_as_it_went()
    {
        var fact = Fact(FactKind.RefundFailed, "cap_json", "re_json", 300, false, "b") with
        {
            OrderId = "order-1", UserId = "user-1", PaymentAmount = Euro(5), IsCumulative = true,
            OccurredAt = DateTimeOffset.Parse("2026-11-21T12:00:00.123+02:00", CultureInfo.InvariantCulture),
            Details = new FactDetails { Reason = "r", RiskScore = 3, ArrivesAt = books.Time.GetUtcNow() },
        };
        await books.CommitAsync("evt_json", fact);
        var refused = await books.CommitAsync("evt_json_2", Fact(FactKind.Captured, "pi_json", "cap_json", 1000, true, "cap_json"));

        Assert.Equal(1, refused.Unparked);
        Assert.Equal("order-1", (await books.FindAsync("pi_json"))!.OrderId);
    }

    private static (long, long) Amounts(Payment? payment) => (payment!.AmountCaptured, payment.AmountRefunded);
}
