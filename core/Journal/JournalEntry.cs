namespace PaymentPipeline.Core.Journal;

public enum JournalKind
{
    Capture,
    CaptureReversal,
    Refund,
    RefundReversal,
    Dispute,
    DisputeReversal,
    Fee,
    FeeReversal,
    Payout,
    PayoutReversal,
}

/// <summary>
/// A balanced set of postings: they sum to zero per currency, or the constructor throws. Unique by (owner, cause, kind).
/// </summary>
public sealed record JournalEntry
{
    public JournalEntry(Guid owner, JournalKind kind, string cause, DateTimeOffset occurredAt, IReadOnlyList<Posting> postings)
    {
        ArgumentNullException.ThrowIfNull(postings);
        foreach (var posting in postings)
            if (SumOf(postings, posting.Amount.Currency) != 0)
                throw new InvalidOperationException($"A journal entry of {kind} does not balance in {posting.Amount.Currency}.");
        (Owner, Kind, Cause, OccurredAt, Postings) = (owner, kind, cause, occurredAt, postings);
    }

    /// <summary>The payment or the payout.</summary>
    public Guid Owner { get; }
    public JournalKind Kind { get; }

    /// <summary>The key of the fact that moved the money.</summary>
    public string Cause { get; }
    public DateTimeOffset OccurredAt { get; }
    public IReadOnlyList<Posting> Postings { get; }

    private static long SumOf(IReadOnlyList<Posting> postings, Currency currency)
    {
        var sum = 0L;
        foreach (var posting in postings)
            if (posting.Amount.Currency == currency)
                sum = checked(sum + posting.Amount.AmountMinor);
        return sum;
    }
}

/// <summary>One line: positive is a debit, negative a credit, in minor units.</summary>
public readonly record struct Posting(Account Account, Money Amount);

/// <summary>The chart of accounts; stored by name.</summary>
public enum Account
{
    /// <summary>Money that a gateway holds for us. Asset.</summary>
    GatewayBalance,

    /// <summary>What customers paid us, less refunds. Income.</summary>
    Sales,

    /// <summary>What disputes took. Expense.</summary>
    Chargebacks,

    /// <summary>What gateways keep. Expense.</summary>
    GatewayFees,

    /// <summary>Money on its way to, or at, our bank. Asset.</summary>
    Bank,
}
