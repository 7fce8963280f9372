namespace PaymentPipeline.Core.Payments;

/// <summary>Adds one fact to the memory. The same facts give the same memory in every order, however often each comes.</summary>
internal static class FactJoin
{
    public static FoldMemory Join(this FoldMemory memory, Fact fact)
    {
        // The same thing may be told twice under one key, once with more names than the other time (a charge without the
        // metadata of its intent). Names, figures and details join; money parts do not, since the journal books a cause once.
        if (memory.Knows(fact.Key))
            return memory.JoinFigures(fact).JoinNames(fact).JoinStanding(fact).JoinDetails(fact);
        return memory.JoinKey(fact.Key).JoinFigures(fact).JoinNames(fact).JoinStanding(fact).JoinDetails(fact).JoinTotals(fact)
            .JoinPart(fact);
    }

    /// <summary>The part that the fact is about; null when it is about none, or about a total.</summary>
    public static Part? PartOf(Fact fact)
    {
        var (kind, told) = fact.Kind switch
        {
            FactKind.Captured when !fact.IsCumulative => (PartKind.Capture, Told.Captured),
            FactKind.CaptureFailed => (PartKind.Capture, Told.CaptureFailed),
            FactKind.CaptureRefused => (PartKind.CaptureRefusal, Told.Once),
            FactKind.Voided => (PartKind.Void, Told.Once),
            FactKind.AttemptFailed => (PartKind.Attempt, Told.Once),
            // Without an id it is the word for an attempt whose end another fact tells.
            FactKind.Failed when fact.PartId is not null => (PartKind.Attempt, Told.Once),
            FactKind.RefundPending => (PartKind.Refund, Told.RefundPending),
            FactKind.RefundSucceeded when !fact.IsCumulative => (PartKind.Refund, Told.RefundSucceeded),
            FactKind.RefundFailed => (PartKind.Refund, Told.RefundFailed),
            FactKind.DisputeOpened => (PartKind.Dispute, Told.DisputeOpened),
            FactKind.DisputeFundsWithdrawn => (PartKind.Dispute, Told.DisputeFundsWithdrawn),
            FactKind.DisputeFundsReinstated => (PartKind.Dispute, Told.DisputeFundsReinstated),
            FactKind.DisputeLost => (PartKind.Dispute, Told.DisputeLost),
            FactKind.DisputeWon => (PartKind.Dispute, Told.DisputeWon),
            FactKind.Fee => (PartKind.Fee, Told.Once),
            _ => default,
        };
        if (told == Told.Nothing)
            return null;
        var currency = kind == PartKind.Fee ? fact.Amount?.Currency.Code : null;
        return new Part(kind, fact.PartId ?? fact.Key.Value, fact.Amount?.AmountMinor ?? 0, told, currency);
    }

    private static FoldMemory JoinKey(this FoldMemory memory, FactKey key) => memory with
    {
        Keys = Inserted(memory.Keys, ~Array.BinarySearch(memory.Keys, key.Value, StringComparer.Ordinal), key.Value),
    };

    private static FoldMemory JoinFigures(this FoldMemory memory, Fact fact)
    {
        if (fact.PaymentAmount is { } whole)
        {
            memory = memory.JoinNamed(whole.AmountMinor);
            if (fact.Kind is FactKind.Authorized or FactKind.Captured)
                memory = memory.JoinAuthorized(whole.AmountMinor);
        }
        if (fact.Kind == FactKind.Authorized)
        {
            memory = memory with { Milestones = memory.Milestones | Milestones.Authorized };
            if (fact.Amount is { } authorized)
                memory = memory.JoinAuthorized(authorized.AmountMinor);
        }
        else if (fact.Amount is { } asked && Standing.Rank(fact.Kind) > 0)
        {
            memory = memory.JoinNamed(asked.AmountMinor);
        }
        return memory;
    }

    private static FoldMemory JoinNamed(this FoldMemory memory, long amount) =>
        amount > memory.NamedMax ? memory with { NamedMax = amount } : memory;

    // An authorisation of nothing (a card check) says nothing of what completes the payment.
    private static FoldMemory JoinAuthorized(this FoldMemory memory, long amount) => amount == 0 ? memory : memory with
    {
        AuthorizedMin = memory.AuthorizedMin == 0 ? amount : Math.Min(memory.AuthorizedMin, amount),
        AuthorizedMax = Math.Max(memory.AuthorizedMax, amount),
    };

    private static FoldMemory JoinNames(this FoldMemory memory, Fact fact)
    {
        if (fact.OrderId is { } order)
            memory = memory with { Order = Naming.Earlier(memory.Order, new Naming(fact.OccurredAt.UtcTicks, fact.Key.Value, order)) };
        if (fact.UserId is { } user)
            memory = memory with { User = Naming.Earlier(memory.User, new Naming(fact.OccurredAt.UtcTicks, fact.Key.Value, user)) };
        return memory;
    }

    private static FoldMemory JoinStanding(this FoldMemory memory, Fact fact)
    {
        if (fact.Kind == FactKind.Voided)
            return memory with { Milestones = memory.Milestones | Milestones.Voided };
        if (Standing.Rank(fact.Kind) == 0)
            return memory;
        var standing = Standing.Newer(memory.Standing, new Standing(fact.OccurredAt.UtcTicks, fact.Kind, fact.Key.Value));
        var again = fact.Kind is FactKind.AttemptFailed or FactKind.RequiresPaymentMethod or FactKind.RequiresConfirmation;
        return memory with
        {
            Standing = standing,
            Milestones = again ? memory.Milestones | Milestones.CanBeTriedAgain : memory.Milestones,
        };
    }

    // Most facts have none: then nothing is made here, and nothing stored.
    private static FoldMemory JoinDetails(this FoldMemory memory, Fact fact)
    {
        if (ReferenceEquals(fact.Details, FactDetails.None))
            return memory;
        var checks = CheckMemory.Join(memory.Checks, fact);
        var failure = FailureMemory.Join(memory.Failure, fact);
        return ReferenceEquals(checks, memory.Checks) && ReferenceEquals(failure, memory.Failure)
            ? memory
            : memory with { Checks = checks, Failure = failure };
    }

    private static FoldMemory JoinTotals(this FoldMemory memory, Fact fact)
    {
        if (!fact.IsCumulative || fact.Amount is not { } total)
            return memory;
        return fact.Kind switch
        {
            FactKind.Captured => memory with { CapturedTotal = Math.Max(memory.CapturedTotal, total.AmountMinor) },
            FactKind.RefundSucceeded => memory with { RefundedTotal = Math.Max(memory.RefundedTotal, total.AmountMinor) },
            _ => memory,
        };
    }

    private static FoldMemory JoinPart(this FoldMemory memory, Fact fact)
    {
        if (PartOf(fact) is not { } part)
            return memory;
        var index = Array.BinarySearch(memory.Parts, part, FoldMemory.PartOrder);
        if (index < 0)
            return memory with { Parts = Inserted(memory.Parts, ~index, part) };
        var joined = memory.Parts[index].Join(part);
        if (joined == memory.Parts[index])
            return memory;
        var parts = (Part[])memory.Parts.Clone();
        parts[index] = joined;
        return memory with { Parts = parts };
    }

    private static T[] Inserted<T>(T[] sorted, int index, T item)
    {
        var longer = new T[sorted.Length + 1];
        Array.Copy(sorted, longer, index);
        longer[index] = item;
        Array.Copy(sorted, index, longer, index + 1, sorted.Length - index);
        return longer;
    }
}
