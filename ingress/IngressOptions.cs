using Microsoft.Extensions.Options;

namespace PaymentPipeline.Ingress;

/// <summary>Limits of what strangers can make us hold. Sizes in bytes, times in milliseconds or seconds as named.</summary>
public sealed class IngressOptions
{
    public const string Section = "Ingress";

    /// <summary>Largest body, 1 KB to 16 MB; default 256 KB, several times the largest event that the gateways document.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>Requests verified and appended at the same time, 1 to 100,000; default 2048. More are answered 503.</summary>
    public int MaxInFlight { get; set; } = 2048;

    /// <summary>Bytes rented for bodies at the same time; default 128 MB, at least one body. More are answered 503.</summary>
    public long MaxBufferedBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>Open connections, 1 to 1,000,000; default 10,000. The server closes further ones at once.</summary>
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>An idle connection is closed after this, 1 to 600; default 75 s, a little more than load balancers keep theirs.</summary>
    public int KeepAliveSeconds { get; set; } = 75;

    /// <summary>All headers must have come within this, 1 to 60; default 10 s.</summary>
    public int HeadersTimeoutSeconds { get; set; } = 10;

    /// <summary>The whole body must have come within this, 1 to 60; default 10 s, after which Adyen has given up as well.</summary>
    public int BodyTimeoutSeconds { get; set; } = 10;

    /// <summary>The log must have acknowledged within this, 100 to 30,000; default 7500 ms: every answer within Adyen's 10 s.</summary>
    public int AppendTimeoutMs { get; set; } = 7500;
}

internal sealed class IngressOptionsValidator : IValidateOptions<IngressOptions>
{
    public ValidateOptionsResult Validate(string? name, IngressOptions options)
    {
        var failures = new List<string>();
        void Range(string setting, long value, long from, long to)
        {
            if (value < from || value > to) failures.Add($"{IngressOptions.Section}:{setting} is {value} but must be {from} to {to}.");
        }

        Range(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1024, 16 * 1024 * 1024);
        Range(nameof(options.MaxInFlight), options.MaxInFlight, 1, 100_000);
        Range(nameof(options.MaxBufferedBytes), options.MaxBufferedBytes, 2L * options.MaxBodyBytes, 16L * 1024 * 1024 * 1024);
        Range(nameof(options.MaxConnections), options.MaxConnections, 1, 1_000_000);
        Range(nameof(options.KeepAliveSeconds), options.KeepAliveSeconds, 1, 600);
        Range(nameof(options.HeadersTimeoutSeconds), options.HeadersTimeoutSeconds, 1, 60);
        Range(nameof(options.BodyTimeoutSeconds), options.BodyTimeoutSeconds, 1, 60);
        Range(nameof(options.AppendTimeoutMs), options.AppendTimeoutMs, 100, 30_000);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
