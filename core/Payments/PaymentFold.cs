using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Journal;

namespace PaymentPipeline.Core.Payments;

/// <summary>
/// Facts change a payment through this function only, whether a webhook or an API reply told them.
/// <para>The payment, the totals of the journal and the set of events are functions of the <em>set</em> of facts: their order
/// and their repetition do not matter (ADR 1). One fact goes this way:</para>
/// <list type="number">
/// <item>It is checked against the payment's currency.</item>
/// <item>It is joined to the memory; when that changes nothing, it was known.</item>
/// <item>Amounts and status are computed anew from the whole memory.</item>
/// <item>The journal books how the totals changed.</item>
/// <item>An event is told for each condition that became true; each is one version.</item>
/// <item>The operations whose state or amount changed are named.</item>
/// </list>
/// </summary>
public static class PaymentFold
{
    /// <exception cref="ArgumentException">Not a fact about a payment, or an amount below zero: a bug in a reader.</exception>
    /// <exception cref="OverflowException">Amounts add up to more than a long holds.</exception>
    public static FoldResult Apply(Payment payment, Fact fact)
    {
        ArgumentNullException.ThrowIfNull(payment);
        ArgumentNullException.ThrowIfNull(fact);
        Check(fact);

        // 1.
        if (!TryAgree(payment.Currency, fact, out var currency))
            return new FoldResult(FoldOutcome.CurrencyMismatch, payment, [], [], []);

        // 2.
        var memory = payment.Memory.Join(fact);
        if (memory == payment.Memory && currency == payment.Currency)
            return new FoldResult(FoldOutcome.AlreadyKnown, payment, [], [], []);

        // 3.
        var before = Figures.Of(payment.Memory, payment.Currency);
        var after = Figures.Of(memory, currency);
        var folded = With(payment, fact, memory, currency, after);

        // 4. to 6.
        var journal = Book(folded, fact, before, after);
        var transitions = PaymentEvents.Of(payment, folded, before, after, fact);
        var operations = Operations.ChangedBy(fact, payment, folded);
        return new FoldResult(
            FoldOutcome.Applied, folded with { Version = payment.Version + transitions.Count }, transitions, journal, operations);
    }

    private static void Check(Fact fact)
    {
        if (fact.Kind >= FactKind.PayoutPending)
            throw new ArgumentException($"{fact.Kind} is not a fact about a payment.", nameof(fact));
        if (fact.Amount?.AmountMinor < 0 || fact.PaymentAmount?.AmountMinor < 0)
            throw new ArgumentException($"The fact {fact.Key} has an amount below zero.", nameof(fact));
    }

    // The first amount decides the currency. A fee does not: gateways may take it in their own.
    private static bool TryAgree(Currency? known, Fact fact, out Currency? currency)
    {
        currency = known ?? fact.PaymentAmount?.Currency;
        if (fact.PaymentAmount is { } whole && whole.Currency != currency)
            return false;
        if (fact.Kind == FactKind.Fee || fact.Amount is not { } amount)
            return true;
        currency ??= amount.Currency;
        return amount.Currency == currency;
    }

    private static Payment With(Payment payment, Fact fact, FoldMemory memory, Currency? currency, in Figures figures) => payment with
    {
        GatewayPaymentId = fact.FoundsPayment && !payment.HasGatewayPaymentId ? fact.Reference : payment.GatewayPaymentId,
        OrderId = Named(payment, payment.OrderId, memory.Order),
        UserId = Named(payment, payment.UserId, memory.User),
        Currency = currency,
        Status = figures.Status,
        Amount = figures.Amount,
        AmountAuthorized = figures.Authorized,
        AmountCaptured = figures.Captured,
        AmountRefunded = figures.Refunded,
        AmountRefundPending = figures.RefundPending,
        AmountDisputed = figures.Disputed,
        Fees = figures.Fees,
        Memory = memory,
    };

    // The API was told by the shop itself; what the gateway echoes counts for payments that we did not make.
    private static string? Named(Payment payment, string? known, Naming? told) =>
        payment.Origin == PaymentOrigin.Api && known is not null ? known : told?.Value ?? known;

    private static IReadOnlyList<JournalEntry> Book(Payment payment, Fact fact, in Figures before, in Figures after)
    {
        // Without a currency there is no amount to book.
        if (payment.Currency is not { } currency)
            return [];
        var booking = new Booking(payment.Id, fact.Key.Value, fact.OccurredAt, currency);
        return MoneyMoves.OfPayment(
            booking,
            after.Captured - before.Captured,
            after.Refunded - before.Refunded,
            after.Disputed - before.Disputed,
            after.Fees - before.Fees);
    }
}
