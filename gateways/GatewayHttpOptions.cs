namespace PaymentPipeline.Gateways;

/// <summary>
/// How an account's calls to its gateway are timed and bounded: the section <c>Http</c> of the account, the same members at every gateway.
/// </summary>
internal sealed class GatewayHttpOptions
{
    public const string Section = "Http";

    /// <summary>Of one try, from the first byte of the connection to the last of the body. 100 to 60000.</summary>
    public int TryTimeoutMs { get; set; } = 10_000;

    /// <summary>Of a whole call with all its tries and pauses; at least one try. 100 to 120000.</summary>
    public int CallTimeoutMs { get; set; } = 25_000;

    /// <summary>Of the connection alone. 100 to 30000.</summary>
    public int ConnectTimeoutMs { get; set; } = 3_000;

    /// <summary>Of a call that may be repeated. 2 to 10.</summary>
    public int TriesMax { get; set; } = 4;

    /// <summary>Before the second try; doubled for each further one, with jitter. 1 to 10000.</summary>
    public int RetryDelayMs { get; set; } = 250;

    /// <summary>A gateway that asks for a longer pause than this is not tried again within the call. 0 to 60000.</summary>
    public int RetryAfterMaxMs { get; set; } = 5_000;

    /// <summary>Calls at a time, so that a slow gateway cannot take everything from the others. 1 to 10000.</summary>
    public int CallsMax { get; set; } = 64;

    /// <summary>How long a call waits until one of those is free. 0 to 30000.</summary>
    public int SlotWaitMs { get; set; } = 1_000;

    /// <summary>The breaker opens when this share of the tries in its sampling time failed, in percent. 1 to 100.</summary>
    public int BreakerFailurePercent { get; set; } = 50;

    /// <summary>Of at least this many tries. 2 to 10000.</summary>
    public int BreakerTriesMin { get; set; } = 20;

    /// <summary>The sampling time. 1 to 600.</summary>
    public int BreakerSamplingSeconds { get; set; } = 30;

    /// <summary>How long it stays open until one call may try again. 1 to 600.</summary>
    public int BreakerOpenSeconds { get; set; } = 10;

    /// <summary>Every member that is out of its range, with that range.</summary>
    public IEnumerable<(string Member, string Problem)> Problems()
    {
        (string Member, int Value, int Min, int Max)[] ranges =
        [
            (nameof(TryTimeoutMs), TryTimeoutMs, 100, 60_000),
            (nameof(CallTimeoutMs), CallTimeoutMs, Math.Max(100, TryTimeoutMs), 120_000),
            (nameof(ConnectTimeoutMs), ConnectTimeoutMs, 100, 30_000),
            (nameof(TriesMax), TriesMax, 2, 10),
            (nameof(RetryDelayMs), RetryDelayMs, 1, 10_000),
            (nameof(RetryAfterMaxMs), RetryAfterMaxMs, 0, 60_000),
            (nameof(CallsMax), CallsMax, 1, 10_000),
            (nameof(SlotWaitMs), SlotWaitMs, 0, 30_000),
            (nameof(BreakerFailurePercent), BreakerFailurePercent, 1, 100),
            (nameof(BreakerTriesMin), BreakerTriesMin, 2, 10_000),
            (nameof(BreakerSamplingSeconds), BreakerSamplingSeconds, 1, 600),
            (nameof(BreakerOpenSeconds), BreakerOpenSeconds, 1, 600),
        ];
        return ranges.Where(range => range.Value < range.Min || range.Value > range.Max)
            .Select(range => (range.Member, $"must be {range.Min} to {range.Max}"));
    }
}
