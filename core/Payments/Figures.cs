namespace PaymentPipeline.Core.Payments;

/// <summary>
/// The amounts and the status that a memory amounts to: computed from all of it each time, never carried forward, so that
/// no order of facts can leave a trace. Minor units.
/// </summary>
internal readonly record struct Figures
{
    /// <summary>All that was ever captured, failed captures included. Never falls.</summary>
    public long CapturedGross { get; private init; }

    /// <summary>What is captured and stands.</summary>
    public long Captured { get; private init; }
    public long Authorized { get; private init; }
    public long Amount { get; private init; }
    public long Refunded { get; private init; }
    public long RefundPending { get; private init; }
    public long Disputed { get; private init; }
    public long Fees { get; private init; }
    public PaymentStatus Status { get; private init; }

    /// <summary>
    /// Captures have reached the smallest figure authorised. Never becomes untrue: the captures count gross, and the
    /// smallest figure can only get smaller.
    /// </summary>
    public bool IsComplete { get; private init; }

    /// <exception cref="OverflowException">The parts add up to more than a long holds.</exception>
    public static Figures Of(FoldMemory memory, Currency? currency)
    {
        var sums = Sums.Of(memory.Parts, currency);
        var gross = Math.Max(sums.CapturedEver, memory.CapturedTotal);

        // Parts and totals tell the same money twice: the larger of the two counts, never their sum.
        var captured = Math.Max(checked(sums.CapturedEver - sums.CapturedThenFailed), memory.CapturedTotal - sums.CaptureFailed);
        captured = Math.Max(captured, 0);
        var refundedTold = Math.Max(sums.Refunded, memory.RefundedTotal - sums.RefundFailed);

        // A total may already hold refunds that are pending as parts; they are counted once.
        var pendingTold = Math.Max(0, checked(sums.Refunded + sums.RefundPending) - refundedTold);

        // A refund told before its capture takes effect when the capture is known.
        var refunded = Math.Min(refundedTold, captured);
        return new Figures
        {
            CapturedGross = gross,
            Captured = captured,
            Authorized = Math.Max(memory.AuthorizedMax, gross),
            Amount = Math.Max(Math.Max(memory.NamedMax, memory.AuthorizedMax), gross),
            Refunded = refunded,
            RefundPending = Math.Min(pendingTold, captured - refunded),
            Disputed = sums.Disputed,
            Fees = sums.Fees,
            IsComplete = gross > 0 && memory.AuthorizedMin > 0 && gross >= memory.AuthorizedMin,
            Status = StatusOf(memory, sums, gross, captured, refunded),
        };
    }

    // The order is the rule: money outranks words, the strongest thing first.
    private static PaymentStatus StatusOf(FoldMemory memory, in Sums sums, long gross, long captured, long refunded)
    {
        if (captured > 0)
        {
            if (refunded > 0)
                return refunded == captured ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded;
            return memory.AuthorizedMin > 0 && captured >= memory.AuthorizedMin ? PaymentStatus.Succeeded : PaymentStatus.PartiallyCaptured;
        }

        // What was refunded or disputed must have been captured, though nobody told us how much. Amounts stay 0 until then.
        if (gross == 0 && sums.ProvesCapture)
            return PaymentStatus.Succeeded;
        if (sums.HasFailedCapture)
            return PaymentStatus.Failed;
        if (memory.Milestones.HasFlag(Milestones.Voided))
            return PaymentStatus.Canceled;
        if (memory.Milestones.HasFlag(Milestones.Authorized))
            return PaymentStatus.Authorized;

        // A refund that never succeeded, or a bare total, hints at a capture only while nothing says otherwise.
        if (sums.HasRefund || memory.RefundedTotal > 0)
            return PaymentStatus.Succeeded;
        return BeforeMoney(memory);
    }

    private static PaymentStatus BeforeMoney(FoldMemory memory) => memory.Standing?.Kind switch
    {
        FactKind.RequiresConfirmation => PaymentStatus.RequiresConfirmation,
        FactKind.RequiresAction => PaymentStatus.RequiresAction,
        FactKind.Processing => PaymentStatus.Processing,
        FactKind.Failed when !memory.Milestones.HasFlag(Milestones.CanBeTriedAgain) => PaymentStatus.Failed,
        _ => PaymentStatus.RequiresPaymentMethod,
    };

    private record struct Sums
    {
        public long CapturedEver;
        public long CapturedThenFailed;

        /// <summary>Failed captures, told as captured before or not: a total may hold them unnamed.</summary>
        public long CaptureFailed;
        public long Refunded;
        public long RefundPending;
        public long RefundFailed;
        public long Disputed;
        public long Fees;
        public bool HasFailedCapture;
        public bool HasRefund;
        public bool ProvesCapture;

        public static Sums Of(Part[] parts, Currency? currency)
        {
            var sums = default(Sums);
            foreach (var part in parts)
                sums.Add(part, currency);
            return sums;
        }

        private void Add(in Part part, Currency? currency)
        {
            switch (part.Kind)
            {
                case PartKind.Capture:
                    AddCapture(part);
                    break;
                case PartKind.Refund:
                    AddRefund(part);
                    break;
                case PartKind.Dispute:
                    ProvesCapture = true;
                    if (part.Status is OperationStatus.FundsWithdrawn or OperationStatus.Lost)
                        Disputed = checked(Disputed + part.Amount);
                    break;
                case PartKind.Fee when part.CurrencyCode == currency?.Code:
                    Fees = checked(Fees + part.Amount);
                    break;
            }
        }

        private void AddCapture(in Part part)
        {
            if (part.Has(Told.Captured))
                CapturedEver = checked(CapturedEver + part.Amount);
            if (!part.Has(Told.CaptureFailed))
                return;
            HasFailedCapture = true;
            CaptureFailed = checked(CaptureFailed + part.Amount);
            if (part.Has(Told.Captured))
                CapturedThenFailed = checked(CapturedThenFailed + part.Amount);
        }

        private void AddRefund(in Part part)
        {
            HasRefund = true;
            ProvesCapture |= part.Has(Told.RefundSucceeded);
            if (part.Has(Told.RefundFailed))
                RefundFailed = checked(RefundFailed + part.Amount);
            else if (part.Has(Told.RefundSucceeded))
                Refunded = checked(Refunded + part.Amount);
            else
                RefundPending = checked(RefundPending + part.Amount);
        }
    }
}
