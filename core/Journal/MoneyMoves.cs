namespace PaymentPipeline.Core.Journal;

/// <summary>Which accounts each kind of money move touches. An entry books the change of a total, up or down.</summary>
internal static class MoneyMoves
{
    private readonly record struct Move(JournalKind Up, JournalKind Down, Account Debit, Account Credit);

    private static readonly Move Capture = new(JournalKind.Capture, JournalKind.CaptureReversal, Account.GatewayBalance, Account.Sales);
    private static readonly Move Refund = new(JournalKind.Refund, JournalKind.RefundReversal, Account.Sales, Account.GatewayBalance);
    private static readonly Move Dispute = new(
        JournalKind.Dispute, JournalKind.DisputeReversal, Account.Chargebacks, Account.GatewayBalance);
    private static readonly Move Fee = new(JournalKind.Fee, JournalKind.FeeReversal, Account.GatewayFees, Account.GatewayBalance);
    private static readonly Move Payout = new(JournalKind.Payout, JournalKind.PayoutReversal, Account.Bank, Account.GatewayBalance);

    /// <summary>The entries of one cause; each change is that of a total, in minor units, and 0 books nothing.</summary>
    public static IReadOnlyList<JournalEntry> OfPayment(
        in Booking booking, long capturedChange, long refundedChange, long disputedChange, long feesChange)
    {
        if ((capturedChange | refundedChange | disputedChange | feesChange) == 0)
            return [];
        var entries = new List<JournalEntry>(1);
        Add(entries, booking, Capture, capturedChange);
        Add(entries, booking, Refund, refundedChange);
        Add(entries, booking, Dispute, disputedChange);
        Add(entries, booking, Fee, feesChange);
        return entries;
    }

    public static IReadOnlyList<JournalEntry> OfPayout(in Booking booking, long paidChange)
    {
        var entries = new List<JournalEntry>(1);
        Add(entries, booking, Payout, paidChange);
        return entries;
    }

    private static void Add(List<JournalEntry> entries, in Booking booking, in Move move, long change)
    {
        if (change == 0)
            return;
        Posting[] postings =
        [
            new(move.Debit, new Money(change, booking.Currency)),
            new(move.Credit, new Money(-change, booking.Currency)),
        ];
        entries.Add(new JournalEntry(booking.Owner, change > 0 ? move.Up : move.Down, booking.Cause, booking.OccurredAt, postings));
    }
}

/// <summary>What the entries of one fact share.</summary>
internal readonly record struct Booking(Guid Owner, string Cause, DateTimeOffset OccurredAt, Currency Currency);
