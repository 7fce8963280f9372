using PaymentPipeline.Core.Journal;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Payments;

public sealed class PayoutFoldTests
{
    private static readonly Fact Pending = Fact(FactKind.PayoutPending, "po_1", 481250, at: 1);
    private static readonly Fact Paid = Fact(FactKind.PayoutPaid, "po_1", 481250, at: 2);
    private static readonly Fact Failed = Fact(FactKind.PayoutFailed, "po_1", 481250, at: 3);

    [Fact]
    public void A_paid_payout_moves_the_money_to_the_bank_and_is_told_once()
    {
        var (payout, events, journal) = Apply(Pending, Paid, Paid, Paid with { Key = new FactKey("PayoutPaid:again") });

        Assert.Equal((PayoutStatus.Paid, 1), (payout.Status, payout.Version));
        Assert.Equal("PayoutSettled", Assert.Single(events).Type);
        var entry = Assert.Single(journal);
        Assert.Equal(
            [(Account.Bank, 481250L), (Account.GatewayBalance, -481250L)],
            entry.Postings.Select(posting => (posting.Account, posting.Amount.AmountMinor)));
    }

    [Fact]
    public void Every_order_of_the_facts_gives_the_same_payout_balance_and_event()
    {
        Fact[][] orders =
        [
            [Pending, Paid, Failed], [Pending, Failed, Paid], [Paid, Pending, Failed], [Paid, Failed, Pending],
            [Failed, Pending, Paid], [Failed, Paid, Pending],
        ];

        foreach (var order in orders)
        {
            var (payout, events, journal) = Apply(order);
            Assert.Equal(PayoutStatus.Failed, payout.Status);
            Assert.Equal("PayoutSettled", Assert.Single(events).Type);
            Assert.Equal(0, journal.SelectMany(entry => entry.Postings).Where(posting => posting.Account == Account.Bank)
                .Sum(posting => posting.Amount.AmountMinor));
        }
    }

    [Fact]
    public void A_payout_that_only_failed_moved_nothing()
    {
        var (_, events, journal) = Apply(Pending, Failed);

        Assert.Empty(events);
        Assert.Empty(journal);
    }

    [Fact]
    public void A_fact_that_does_not_fit_is_a_bug()
    {
        var payout = PayoutFold.New(Guid.Empty, Paid);

        Assert.Throws<ArgumentException>(() => PayoutFold.Apply(payout, Paid with { Amount = Of(1, "USD") }));
        Assert.Throws<ArgumentException>(() => PayoutFold.Apply(payout, Authorized(1)));
        Assert.Throws<ArgumentException>(() => PayoutFold.New(Guid.Empty, Paid with { Amount = null }));
    }

    private static (Payout Payout, List<Core.Events.OutgoingEvent> Events, List<JournalEntry> Journal) Apply(params Fact[] facts)
    {
        var payout = PayoutFold.New(Guid.CreateVersion7(facts[0].OccurredAt), facts[0]);
        var (events, journal) = (new List<Core.Events.OutgoingEvent>(), new List<JournalEntry>());
        foreach (var fact in facts)
        {
            var result = PayoutFold.Apply(payout, fact);
            payout = result.Payout;
            events.AddRange(result.Events);
            journal.AddRange(result.Journal);
        }
        return (payout, events, journal);
    }
}
