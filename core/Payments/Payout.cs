using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Journal;

namespace PaymentPipeline.Core.Payments;

public enum PayoutStatus { Pending, Paid, Failed }

/// <summary>Money that a gateway sends to our bank.</summary>
public sealed record Payout
{
    public required Guid Id { get; init; }
    public required string Gateway { get; init; }
    public required string Account { get; init; }
    public required string GatewayPayoutId { get; init; }
    public required Money Amount { get; init; }
    public PayoutStatus Status { get; init; }
    public int Version { get; init; }

    /// <summary>The keys of the facts folded, so that each counts once.</summary>
    public IReadOnlyList<string> FactKeys { get; init; } = [];
}

/// <param name="Changed">False when the fact was known: nothing is to be written.</param>
public sealed record PayoutFoldResult(
    bool Changed, Payout Payout, IReadOnlyList<OutgoingEvent> Events, IReadOnlyList<JournalEntry> Journal);
