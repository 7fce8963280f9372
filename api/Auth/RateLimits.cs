using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace PaymentPipeline.Api.Auth;

/// <summary>
/// One bucket for each caller, and one for each address that comes without a good token: a stranger cannot use up a caller's
/// bucket, not even from behind the same address. Forwarding headers are not believed.
/// </summary>
internal sealed class RateLimits : IDisposable
{
    private const int RefillsPerSecond = 10;
    private readonly PartitionedRateLimiter<string> _callers;
    private readonly PartitionedRateLimiter<string> _strangers;
    private readonly TimeSpan _strangerWait;
    private readonly TimeSpan _callerWait;

    public RateLimits(IOptions<RateLimitOptions> options)
    {
        var limits = options.Value;
        _callers = Buckets(limits.CallerPerSecond, limits.CallerBurst);
        _strangers = Buckets(limits.StrangerPerSecond, limits.StrangerBurst);
        _callerWait = TimeSpan.FromSeconds(1.0 / limits.CallerPerSecond);
        _strangerWait = TimeSpan.FromSeconds(1.0 / limits.StrangerPerSecond);
    }

    /// <summary>Null when the caller may go on; else how long to wait.</summary>
    public TimeSpan? Take(Caller caller) => Take(_callers, caller.Principal, _callerWait);

    /// <param name="peer">The other end of the connection; IPv6 counts by its network of 64 bits, which one host owns whole.</param>
    public TimeSpan? Take(IPAddress? peer) => Take(_strangers, NetworkOf(peer), _strangerWait);

    private static TimeSpan? Take(PartitionedRateLimiter<string> buckets, string name, TimeSpan wait)
    {
        using var lease = buckets.AttemptAcquire(name);
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var told) ? told : wait;
    }

    private static string NetworkOf(IPAddress? peer)
    {
        if (peer is null) return "";
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        return peer.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6
            ? Convert.ToHexString(peer.GetAddressBytes().AsSpan(0, 8))
            : peer.ToString();
    }

    /// <summary>Refilled in small steps: 1000 a second are 100 each tenth. The framework drops unused buckets.</summary>
    private static PartitionedRateLimiter<string> Buckets(int perSecond, int burst)
    {
        var tokens = Math.Max(1, perSecond / RefillsPerSecond);
        return PartitionedRateLimiter.Create<string, string>(name => RateLimitPartition.GetTokenBucketLimiter(name, _ => new()
        {
            TokenLimit = burst,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)tokens / perSecond),
            TokensPerPeriod = tokens,
            QueueLimit = 0,
            AutoReplenishment = true,
        }), StringComparer.Ordinal);
    }

    public void Dispose()
    {
        _callers.Dispose();
        _strangers.Dispose();
    }
}
