using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>A payment intent that was made by the API, and its charges.</summary>
internal sealed class ApiIntent : IStripeIntent
{
    public required PaymentTruth Truth { get; init; }
    public required DateTimeOffset Created { get; init; }
    public required string TransactionId { get; init; }
    public required string AcquirerReference { get; init; }
    public required int RiskScore { get; init; }
    public required string CaptureMethod { get; init; }
    public string Status { get; set; } = "requires_payment_method";

    /// <summary>The charge of the next or the latest attempt.</summary>
    public required string ChargeId { get; set; }
    public string? LatestCharge { get; set; }
    public ApiMethod? Method { get; set; }
    public string? Customer { get; set; }
    public IReadOnlyDictionary<string, string> MetadataMap { get; set; } = new Dictionary<string, string>();
    public string? SetupFutureUsage { get; set; }
    public string? ReturnUrl { get; set; }
    public string? Description { get; init; }
    public string? ReceiptEmail { get; init; }
    public string? StatementDescriptorSuffix { get; init; }

    /// <summary>JSON of the last attempt's error.</summary>
    public string? LastError { get; set; }
    public string? NextAction { get; set; }
    public string? FailureCode { get; set; }
    public string? Decline { get; set; }

    /// <summary>Whether the rest stays held after a first capture, when that is asked for.</summary>
    public bool HasMulticapture { get; set; }
    public bool IsAuthenticated { get; set; }
    public bool IsDisputed { get; set; }
    public long Received { get; set; }
    public DateTimeOffset? CanceledAt { get; set; }
    public string CancellationReason { get; set; } = "requested_by_customer";

    public string Id => Truth.GatewayPaymentId;
    public string ClientSecret => $"{Id}_secret_{TransactionId[4..]}";
    public long Capturable => Status == "requires_capture" ? Truth.Amount - Received : 0;

    /// <summary>Captured, and neither given back nor promised to be.</summary>
    public long Refundable => Received - Truth.Refunded - Truth.RefundPending;

    public string? PaymentMethod => Method?.Truth.Token;
    public string Brand => Method?.Truth.Brand ?? "visa";
    public string Last4 => Method?.Truth.Last4 ?? "4242";
    public string Metadata => ApiMetadata.Write(MetadataMap);
    public bool IsManual => CaptureMethod == "manual";
    public long DisputeFee => 15 * Truth.Currency.One;
    public string CreatedUnix => StripeBodies.Unix(Created);
    public string NowUnix => StripeBodies.Unix(CanceledAt ?? Created);
    public string CaptureBeforeUnix => StripeBodies.Unix(Created.AddDays(7));

    public StripeDetails Details => new()
    {
        Description = Description, ReceiptEmail = ReceiptEmail, SetupFutureUsage = SetupFutureUsage, CaptureMethod = CaptureMethod,
        StatementDescriptorSuffix = StatementDescriptorSuffix, NextAction = NextAction, LastError = LastError,
        FailureCode = FailureCode ?? "card_declined", IsDisputed = IsDisputed, IsAuthenticated = IsAuthenticated,
    };

    public string Write() => StripeIntentBody.Of(this, Status);

    public string WriteCharge(string status = "succeeded") => StripeChargeBody.Of(this, status, Truth.Refunded);
}

internal static class ApiMetadata
{
    public static string Write(IReadOnlyDictionary<string, string> map) =>
        $"{{ {string.Join(", ", map.Select(pair => $"{StripeBodies.Text(pair.Key)}: {StripeBodies.Text(pair.Value)}"))} }}";

    /// <summary>As an update does: what is named is set, what is named empty was left out by the reader.</summary>
    public static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> old, IReadOnlyDictionary<string, string>? update)
    {
        if (update is null) return old;
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in old.Concat(update)) merged[key] = value;
        return merged;
    }
}
