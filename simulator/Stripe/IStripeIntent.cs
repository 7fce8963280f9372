using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe;

/// <summary>
/// A payment intent with its latest charge, as the bodies show it: one that the shop plays from a script, or one that was made by
/// the API. Both are written by the same templates, so that what the API answers and what webhooks tell cannot differ.
/// </summary>
internal interface IStripeIntent
{
    PaymentTruth Truth { get; }
    string ChargeId { get; }
    string? LatestCharge { get; }
    string TransactionId { get; }
    string? PaymentMethod { get; }
    string? Customer { get; }
    string Brand { get; }
    string Last4 { get; }
    int RiskScore { get; }
    string AcquirerReference { get; }

    /// <summary>JSON, on the intent and on its charges.</summary>
    string Metadata { get; }
    string? Decline { get; }
    string CancellationReason { get; }
    bool IsManual { get; }

    /// <summary>Captured so far, in ISO minor units.</summary>
    long Received { get; }

    /// <summary>What a dispute costs, whoever wins.</summary>
    long DisputeFee { get; }
    string CreatedUnix { get; }
    string NowUnix { get; }
    string CaptureBeforeUnix { get; }

    /// <summary>What only the API knows of.</summary>
    StripeDetails Details => StripeDetails.None;

    long Wire(long isoMinor) => Truth.Currency.Wire(isoMinor);
}

/// <summary>Members of intents and charges that the shop's scripts leave at their defaults.</summary>
internal sealed record StripeDetails
{
    public static readonly StripeDetails None = new();

    public string? Description { get; init; }
    public string? ReceiptEmail { get; init; }
    public string? SetupFutureUsage { get; init; }
    public string? StatementDescriptorSuffix { get; init; }
    public string? CaptureMethod { get; init; }

    /// <summary>JSON; null where the intent waits for nothing.</summary>
    public string? NextAction { get; init; }

    /// <summary>JSON; null for the card error that <see cref="IStripeIntent.Decline"/> makes.</summary>
    public string? LastError { get; init; }
    public string FailureCode { get; init; } = "card_declined";
    public bool IsDisputed { get; init; }

    /// <summary>The payer went through 3-D Secure.</summary>
    public bool IsAuthenticated { get; init; }
}
