using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Journal;

namespace PaymentPipeline.Core.Payments;

/// <summary>
/// Facts about payouts, folded by the rules of <see cref="PaymentFold"/>: pending, paid and failed outrank each other in this
/// order, whatever order they come in. The money is booked while the payout stands as paid.
/// </summary>
public static class PayoutFold
{
    /// <exception cref="ArgumentException">A payout without an amount: a bug in a reader.</exception>
    public static Payout New(Guid id, Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return new Payout
        {
            Id = id,
            Gateway = fact.Gateway,
            Account = fact.Account,
            GatewayPayoutId = fact.Reference,
            Amount = fact.Amount ?? throw new ArgumentException($"The payout fact {fact.Key} has no amount.", nameof(fact)),
        };
    }

    /// <exception cref="ArgumentException">Not a fact about a payout, or in another currency than the payout's.</exception>
    public static PayoutFoldResult Apply(Payout payout, Fact fact)
    {
        ArgumentNullException.ThrowIfNull(payout);
        ArgumentNullException.ThrowIfNull(fact);
        if (payout.FactKeys.Contains(fact.Key.Value))
            return new PayoutFoldResult(false, payout, [], []);

        var amount = fact.Amount ?? payout.Amount;
        if (amount.Currency != payout.Amount.Currency)
            throw new ArgumentException($"The payout fact {fact.Key} is not in {payout.Amount.Currency}.", nameof(fact));

        // PayoutSettled is the only event of a payout: a version above 0 says that it was told.
        var settled = fact.Kind == FactKind.PayoutPaid && payout.Version == 0;
        var folded = payout with
        {
            Amount = amount.AmountMinor > payout.Amount.AmountMinor ? amount : payout.Amount,
            Status = (PayoutStatus)Math.Max((int)payout.Status, (int)StatusOf(fact)),
            Version = settled ? 1 : payout.Version,
            FactKeys = [.. payout.FactKeys, fact.Key.Value],
        };
        var booking = new Booking(payout.Id, fact.Key.Value, fact.OccurredAt, payout.Amount.Currency);
        return new PayoutFoldResult(
            true,
            folded,
            settled ? [PayoutData.Settled(folded, fact)] : [],
            MoneyMoves.OfPayout(booking, PaidOut(folded) - PaidOut(payout)));
    }

    private static long PaidOut(Payout payout) => payout.Status == PayoutStatus.Paid ? payout.Amount.AmountMinor : 0;

    private static PayoutStatus StatusOf(Fact fact) => fact.Kind switch
    {
        FactKind.PayoutPending => PayoutStatus.Pending,
        FactKind.PayoutPaid => PayoutStatus.Paid,
        FactKind.PayoutFailed => PayoutStatus.Failed,
        _ => throw new ArgumentException($"{fact.Kind} is not a fact about a payout.", nameof(fact)),
    };
}
