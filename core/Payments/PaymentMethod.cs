using PaymentPipeline.Core.Events;

namespace PaymentPipeline.Core.Payments;

/// <summary>A stored way to pay, by the gateway's token. Never a card number.</summary>
public sealed record PaymentMethod
{
    public required Guid Id { get; init; }
    public required string Gateway { get; init; }
    public required string Account { get; init; }
    public required string GatewayToken { get; init; }
    public string? UserId { get; init; }
    public string? Brand { get; init; }
    public string? Last4 { get; init; }
    public int? ExpiryMonth { get; init; }
    public int? ExpiryYear { get; init; }
    public bool IsDefault { get; init; }

    /// <summary>Detached at the gateway: final.</summary>
    public bool IsRemoved { get; init; }
    public int Version { get; init; }

    /// <summary>The keys of the facts folded, so that each counts once.</summary>
    public IReadOnlyList<string> FactKeys { get; init; } = [];

    /// <summary>The newest gateway time that set brand, last4 and expiry: older news does not overwrite newer.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="Changed">False when the fact was known: nothing is to be written.</param>
public sealed record PaymentMethodFoldResult(bool Changed, PaymentMethod Method, IReadOnlyList<OutgoingEvent> Events);
