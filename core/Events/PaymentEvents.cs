using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Events;

/// <summary>
/// Which events one fact makes. Each stands for a condition over the set of facts that never becomes untrue again ("this
/// refund succeeded", "captures reached what was authorised"), and is told when the condition becomes true: once, in every
/// order of facts, however late (ADR 1). How things stand now is in the data.
/// </summary>
internal static class PaymentEvents
{
    public static IReadOnlyList<Transition> Of(Payment before, Payment after, in Figures was, in Figures now, Fact fact)
    {
        var own = TypeOf(before.Memory, fact);
        var succeeded = now.IsComplete && !was.IsComplete;
        if (own is null && !succeeded)
            return [];

        var transitions = new List<Transition>(2);
        var part = FactJoin.PartOf(fact) is { } told ? after.Memory.Find(told) : default(Part?);
        var capturedNow = now.CapturedGross - was.CapturedGross;
        if (own is not null)
            transitions.Add(Tell(own, before.Status, after with { Version = before.Version + 1 }, fact, part, capturedNow));
        if (succeeded)
        {
            var from = own is null ? before.Status : after.Status;
            var version = before.Version + transitions.Count + 1;
            transitions.Add(Tell(EventTypes.PaymentSucceeded, from, after with { Version = version }, fact, part, capturedNow));
        }
        return transitions;
    }

    private static Transition Tell(string type, PaymentStatus from, Payment payment, Fact fact, Part? part, long capturedNow)
    {
        var paymentId = Identifiers.Format(Identifiers.PaymentPrefix, payment.Id);
        var state = new PaymentData.State(type, paymentId, payment, fact, part, capturedNow);
        var told = CloudEvent.Write(type, paymentId, paymentId, payment.Id, payment.Version, fact.OccurredAt, state, PaymentData.Write);
        return new Transition(payment.Version, from, payment.Status, fact.Key, fact.OccurredAt, told);
    }

    // The event of the fact itself; null when it is silent, or when another fact has told the same already.
    private static string? TypeOf(FoldMemory before, Fact fact)
    {
        if (before.Knows(fact.Key))
            return null;
        return fact.Kind switch
        {
            FactKind.RequiresAction => EventTypes.PaymentRequiresAction,
            FactKind.Authorized => before.Milestones.HasFlag(Milestones.Authorized) ? null : EventTypes.PaymentAuthorized,
            FactKind.Captured => fact.Amount is { AmountMinor: > 0 } ? EventTypes.PaymentCaptured : null,
            FactKind.CaptureRefused or FactKind.AttemptFailed or FactKind.Failed =>
                IsFirst(before, fact, Told.Once, EventTypes.PaymentFailed),
            FactKind.CaptureFailed => IsFirst(before, fact, Told.CaptureFailed, EventTypes.PaymentFailed),
            FactKind.Voided => before.Milestones.HasFlag(Milestones.Voided) ? null : EventTypes.PaymentCanceled,
            FactKind.RefundPending => IsFirst(before, fact, Told.RefundPending, EventTypes.RefundInitiated),
            FactKind.RefundSucceeded => IsFirst(before, fact, Told.RefundSucceeded, EventTypes.RefundProcessed),
            FactKind.RefundFailed => IsFirst(before, fact, Told.RefundFailed, EventTypes.RefundFailed),
            FactKind.DisputeOpened or FactKind.DisputeFundsWithdrawn =>
                IsFirst(before, fact, Told.DisputeOpened | Told.DisputeFundsWithdrawn, EventTypes.DisputeOpened),
            FactKind.DisputeLost or FactKind.DisputeWon =>
                IsFirst(before, fact, Told.DisputeLost | Told.DisputeWon, EventTypes.DisputeClosed),
            _ => null,
        };
    }

    // A total (IsCumulative) is about no part and tells nothing by itself.
    private static string? IsFirst(FoldMemory before, Fact fact, Told any, string type) =>
        FactJoin.PartOf(fact) is { } part && !before.Find(part).Has(any) ? type : null;
}
