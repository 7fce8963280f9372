using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

internal static class Verdicts
{
    public const string Applied = "applied";
    public const string Ignored = "ignored";
    public const string NoFacts = "no_facts";
    public const string Parked = "parked";
    public const string Quarantined = "quarantined";
}

/// <summary>An inbox row to be: the claim on one event. The verdict may change until the batch is written.</summary>
internal sealed class Claim(IncomingRecord record, IncomingEvent gatewayEvent, bool reopens)
{
    public IncomingRecord Record { get; } = record;
    public IncomingEvent Event { get; } = gatewayEvent;

    /// <summary>The row is there, quarantined, and gets a new verdict (re-drive).</summary>
    public bool Reopens { get; } = reopens;
    public string Verdict { get; set; } = Verdicts.Applied;
    public Guid? PaymentId { get; set; }

    /// <summary>Facts of this event that still wait for their payment.</summary>
    public int Waiting { get; set; }
}

/// <summary>A claim that an earlier batch made.</summary>
internal readonly record struct KnownClaim(UInt128 ContentHash, bool IsQuarantined);

/// <summary>A payment in the batch: as it stands after the facts folded so far.</summary>
internal sealed class PaymentEntry(Payment payment, bool isNew, Holds holds)
{
    public Payment Payment { get; set; } = payment;
    public bool IsNew { get; } = isNew;
    public bool IsChanged { get; set; }

    /// <summary>What the API's operations under way hold of it.</summary>
    public Holds Holds { get; } = holds;
}

internal sealed class PayoutEntry(Payout payout, bool isNew)
{
    public Payout Payout { get; set; } = payout;
    public bool IsNew { get; } = isNew;
    public bool IsChanged { get; set; }
}

internal sealed class MethodEntry(PaymentMethod method, bool isNew)
{
    public PaymentMethod Method { get; set; } = method;
    public bool IsNew { get; } = isNew;
    public bool IsChanged { get; set; }
}

/// <summary>A fact that waits for its payment: stored (with an id) or of this very batch (with its claim).</summary>
internal sealed class WaitingFact(long? id, string eventKey, Fact fact, Claim? claim)
{
    public long? Id { get; } = id;
    public string EventKey { get; } = eventKey;
    public Fact Fact { get; } = fact;
    public Claim? Claim { get; } = claim;

    /// <summary>How it ended in this batch; null while it waits on.</summary>
    public string? Resolution { get; set; }
    public Guid? PaymentId { get; set; }
}

internal readonly record struct AliasRow(GatewayName Alias, Guid PaymentId);

internal readonly record struct TransitionRow(Guid PaymentId, Transition Transition, string? InboxKey);

/// <summary>One movement of money: from the credited to the debited account.</summary>
internal readonly record struct MovementRow(
    Guid Owner, string Kind, string Cause, string Gateway, string Account, string Debit, string Credit, long Amount, string Currency,
    DateTimeOffset OccurredAt);

internal readonly record struct OutboxRow(OutgoingEvent Event, string Gateway, string Account, string? TraceParent);

internal readonly record struct DeadLetterRow(IncomingRecord Record, string EventKey, Rejection Rejection);
