using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Ingress;

/// <summary>
/// Every limit of the server said aloud: its own defaults (30 MB bodies, connections without end) are made for
/// applications that know their callers.
/// </summary>
internal sealed class ServerLimits(IOptionsFactory<IngressOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    private const int HeadersMax = 100;
    private const int HeadersBytesMax = 32 * 1024;
    private const int RequestLineBytesMax = 4 * 1024;

    /// <summary>What the server reads ahead per connection; it must hold all headers.</summary>
    private const int ReadAheadBytesMax = 64 * 1024;

    /// <summary>Bytes a second below which a body is an attack and no body; measured after the grace period.</summary>
    private const double BodyRateMin = 240;
    private static readonly TimeSpan BodyRateGrace = TimeSpan.FromSeconds(5);

    public void Configure(KestrelServerOptions server)
    {
        if (TryGetOptions() is { } ingress) Apply(ingress, server.Limits);
    }

    /// <summary>
    /// Null when they are wrong. The server asks when the application is built, before anybody looks at the options; the start
    /// that follows is refused with all problems named, so no server ever runs without its limits.
    /// </summary>
    private IngressOptions? TryGetOptions()
    {
        try
        {
            return options.Create(Options.DefaultName);
        }
        catch (Exception wrong) when (wrong is OptionsValidationException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Apply(IngressOptions ingress, KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = ingress.MaxBodyBytes;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.MaxRequestBufferSize = ReadAheadBytesMax;
        limits.MaxConcurrentConnections = ingress.MaxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(ingress.HeadersTimeoutSeconds);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(ingress.KeepAliveSeconds);
        limits.MinRequestBodyDataRate = new MinDataRate(BodyRateMin, BodyRateGrace);
        limits.MinResponseDataRate = new MinDataRate(BodyRateMin, BodyRateGrace);
    }
}
