using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api;

/// <summary>Every limit of the server said aloud: its own defaults (30 MB bodies, connections without end) are not for money.</summary>
internal sealed class ServerLimits : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>The largest body that is read, in bytes.</summary>
    public const int BodyBytesMax = 256 * 1024;

    /// <summary>
    /// A body that is larger by at most this much is read to its end, so that the caller sees the answer; beyond it the connection is cut.
    /// </summary>
    private const int BodyBytesDrained = 64 * 1024;

    private const int HeadersMax = 100;
    private const int HeadersBytesMax = 32 * 1024;
    private const int RequestLineBytesMax = 8 * 1024;
    private const int ConnectionsMax = 10_000;

    /// <summary>What the server reads ahead per connection; it must hold all headers.</summary>
    private const int ReadAheadBytesMax = 64 * 1024;

    /// <summary>Bytes a second below which a body is an attack and no body; measured after the grace period.</summary>
    private const double RateMin = 240;
    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(5);

    public void Configure(KestrelServerOptions server)
    {
        var limits = server.Limits;
        limits.MaxRequestBodySize = BodyBytesMax + BodyBytesDrained;
        limits.MaxRequestHeaderCount = HeadersMax;
        limits.MaxRequestHeadersTotalSize = HeadersBytesMax;
        limits.MaxRequestLineSize = RequestLineBytesMax;
        limits.MaxRequestBufferSize = ReadAheadBytesMax;
        limits.MaxConcurrentConnections = ConnectionsMax;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        limits.MinRequestBodyDataRate = new MinDataRate(RateMin, RateGrace);
        limits.MinResponseDataRate = new MinDataRate(RateMin, RateGrace);
    }
}
