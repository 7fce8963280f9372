using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Configuration;

namespace PaymentPipeline.Gateways;

/// <summary>Whether a call may be sent again within itself.</summary>
internal enum GatewayRetry
{
    /// <summary>Once: a second time could act twice.</summary>
    Never = 0,

    /// <summary>A call that only reads, or one that carries an idempotency key which the gateway honours.</summary>
    Repeatable,
}

/// <summary>
/// One account's line to its gateway. A call takes a slot (a slow gateway holds only its own), is tried, each try with its own time, and
/// tried again only where it may be. Never throws for what a gateway or a network can do, nor when the caller gives up.
/// </summary>
internal sealed class GatewayHttp : IDisposable
{
    /// <summary>Of a reply's body, after decompression.</summary>
    public const int BodyLengthMax = 1024 * 1024;

    /// <summary>Where a reply does not say how long it is.</summary>
    private const int FirstBuffer = 4096;

    private readonly string _gateway;
    private readonly string _origin;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly TimeSpan _slotWait;
    private readonly ConcurrencyLimiter _slots;
    private readonly int _slotCount;
    private readonly GatewayResilience _resilience;

    /// <param name="origin">Scheme, host, port and perhaps a path, without a slash at its end: nothing else is ever asked.</param>
    public GatewayHttp(string gateway, Uri origin, GatewayHttpOptions options, TimeProvider time)
    {
        _gateway = gateway;
        _origin = origin.AbsoluteUri.TrimEnd('/');
        _client = new HttpClient(CreateHandler(options)) { Timeout = Timeout.InfiniteTimeSpan };
        _time = time;
        _slotWait = TimeSpan.FromMilliseconds(options.SlotWaitMs);
        _slotCount = options.CallsMax;
        _slots = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = options.CallsMax,
            // Who would wait behind more than these waits for nothing.
            QueueLimit = options.SlotWaitMs == 0 ? 0 : options.CallsMax * 4,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        _resilience = new GatewayResilience(gateway, options, time);
    }

    /// <summary>Made from an account's configuration; every problem goes to <paramref name="setup"/>.</summary>
    public static GatewayHttp Create(GatewaySetup setup, string gateway, IConfigurationSection account, string baseUrl)
    {
        var section = account.GetSection(GatewayHttpOptions.Section);
        var options = setup.Bind<GatewayHttpOptions>(section);
        var problems = options.Problems().ToList();
        foreach (var (member, problem) in problems) setup.Problem(section.GetSection(member), problem);
        var isOrigin = GatewayOrigin.TryRead(baseUrl, out var origin);
        if (!isOrigin) setup.Problem(account.GetSection("BaseUrl"), GatewayOrigin.Rule);
        // What is made beside a problem is never used.
        return new GatewayHttp(gateway, origin, problems.Count == 0 ? options : new GatewayHttpOptions(), setup.Time);
    }

    public GatewayHealth Health => _resilience.Health(_slotCount - (int)(_slots.GetStatistics()?.CurrentAvailablePermits ?? 0));

    /// <param name="kind">What the call does, for the metrics: "create", "look_up".</param>
    /// <param name="make">Makes the request of one try. Its address is a path that begins with '/', with the query.</param>
    public async Task<GatewayHttpReply> SendAsync(
        string kind, Func<HttpRequestMessage> make, GatewayRetry retry, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var slot = await TakeSlotAsync(cancellationToken);
        var reply = slot is { IsAcquired: true }
            ? await _resilience.ExecuteAsync(new GatewayTries(kind, make, retry), TryAsync, cancellationToken)
            : GatewayHttpReply.NotSent("too_busy", "Too many calls to this gateway are under way.");
        GatewaysMetrics.Called(_gateway, kind, reply.Failure?.Code ?? "answered", _time.GetElapsedTime(started));
        return reply;
    }

    public void Dispose()
    {
        _client.Dispose();
        _slots.Dispose();
    }

    private async Task<RateLimitLease?> TakeSlotAsync(CancellationToken cancellationToken)
    {
        // Mostly there is one, and then no time needs to be kept.
        var now = _slots.AttemptAcquire();
        if (now.IsAcquired || _slotWait == TimeSpan.Zero) return now;
        now.Dispose();
        using var wait = new CancellationTokenSource(_slotWait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, cancellationToken);
        try
        {
            return await _slots.AcquireAsync(1, either.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async ValueTask<GatewayHttpReply> TryAsync(GatewayTries tries, CancellationToken cancellationToken)
    {
        using var request = tries.Make();
        request.RequestUri = AddressOf(request);
        if (request.Method != HttpMethod.Get) request.Content = new WatchedContent(request.Content);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return await ReadAsync(response, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // By the time-out or by the caller: both end here, and what is known stays with the tries.
            if (WatchedContent.MayHaveLeft(request)) tries.MayHaveHappened = true;
            throw;
        }
        catch (HttpRequestException problem) when (!WatchedContent.MayHaveLeft(request) || NeverConnected(problem))
        {
            return GatewayHttpReply.NotSent("unreachable", "The gateway cannot be reached.", isTransient: true);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            return GatewayHttpReply.Lost("unreachable", "The connection to the gateway broke.", isTransient: true);
        }
    }

    private async Task<GatewayHttpReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        // One byte more than there should be, so that the end is seen without growing.
        var buffer = new byte[Math.Min(response.Content.Headers.ContentLength ?? FirstBuffer, BodyLengthMax) + 1];
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            for (int read; (read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0;)
            {
                length += read;
                if (length > BodyLengthMax)
                    return GatewayHttpReply.Lost("unreadable_reply", "The gateway's answer is longer than 1 MB.", status);
                if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, BodyLengthMax + 1));
            }
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or InvalidDataException)
        {
            return GatewayHttpReply.Lost("unreadable_reply", "The gateway's answer breaks off.", status, isTransient: true);
        }

        return GatewayHttpReply.Answered(response, buffer.AsMemory(0, length), _time.GetUtcNow());
    }

    /// <summary>The text is joined before it is read as an address, so that no path can name another host.</summary>
    private Uri AddressOf(HttpRequestMessage request)
    {
        var path = request.RequestUri?.OriginalString ?? "";
        var steps = path.Split('?')[0].Split('/');
        if (!path.StartsWith('/') || steps.Any(step => step.Length > 0 && Uri.UnescapeDataString(step).All(c => c == '.')))
            throw new InvalidOperationException("A call's address is a path of the gateway, and has no dot steps.");
        return new Uri(_origin + path);
    }

    private static bool NeverConnected(HttpRequestException problem) => problem.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError;

    private static SocketsHttpHandler CreateHandler(GatewayHttpOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromMilliseconds(options.ConnectTimeoutMs),
        MaxConnectionsPerServer = options.CallsMax,
        MaxResponseHeadersLength = 64,
        // What is not read is not waited for: the connection is closed instead.
        MaxResponseDrainSize = 0,
        // A gateway moves between addresses.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
    };
}
