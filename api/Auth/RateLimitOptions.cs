using System.ComponentModel.DataAnnotations;

namespace PaymentPipeline.Api.Auth;

/// <summary>How much one caller may ask. Token buckets: so many requests at once, so many more each second.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Requests a second of one caller (issuer and subject), 1 to 1,000,000; default 1000.</summary>
    [Range(1, 1_000_000)]
    public int CallerPerSecond { get; set; } = 1000;

    /// <summary>Requests of one caller at once, 1 to 1,000,000; default 2000.</summary>
    [Range(1, 1_000_000)]
    public int CallerBurst { get; set; } = 2000;

    /// <summary>Requests a second without a good token from one address, 1 to 1,000,000; default 5.</summary>
    [Range(1, 1_000_000)]
    public int StrangerPerSecond { get; set; } = 5;

    /// <summary>Requests at once without a good token from one address, 1 to 1,000,000; default 100.</summary>
    [Range(1, 1_000_000)]
    public int StrangerBurst { get; set; } = 100;
}
