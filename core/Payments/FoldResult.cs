using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Journal;

namespace PaymentPipeline.Core.Payments;

public enum FoldOutcome
{
    Applied,

    /// <summary>The same fact (<see cref="Fact.Key"/>) was folded before: nothing changes.</summary>
    AlreadyKnown,

    /// <summary>The fact's currency is not the payment's: quarantine.</summary>
    CurrencyMismatch,
}

/// <summary>
/// What one fact did. <see cref="Payment"/> is the old one unless the outcome is Applied. Everything here is written
/// in one transaction or not at all.
/// </summary>
public sealed record FoldResult(
    FoldOutcome Outcome,
    Payment Payment,
    IReadOnlyList<Transition> Transitions,
    IReadOnlyList<JournalEntry> Journal,
    IReadOnlyList<Operation> ChangedOperations);

/// <summary>One version of a payment: what it was before, what it is, and the event that tells it.</summary>
public sealed record Transition(
    int Version, PaymentStatus From, PaymentStatus To, FactKey Cause, DateTimeOffset OccurredAt, OutgoingEvent Event);

public enum OperationKind { Capture, Refund, Void, Dispute, Fee }

public enum OperationStatus { Pending, Succeeded, Failed, Opened, FundsWithdrawn, FundsReinstated, Lost, Won }

/// <summary>
/// A part of a payment with an identity of its own, as it stands now; upserted by (payment, kind, gateway reference).
/// </summary>
/// <param name="Id">Stable: <see cref="Identifiers.Derive"/>.</param>
public sealed record Operation(
    Guid Id, Guid PaymentId, OperationKind Kind, string GatewayReference, long AmountMinor, Currency Currency,
    OperationStatus Status, string? Reason, DateTimeOffset OccurredAt);
