namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// The signers by certificate address, fetched when first named.
/// <list type="bullet">
/// <item>Trusted ones are kept until they end, the sixteen newest: junk cannot push them out, since it is never kept here.</item>
/// <item>A failure is remembered for seconds, so that an address is not fetched for each request that names it.</item>
/// <item>One fetch per address is in flight, and a fixed number per minute in all.</item>
/// </list>
/// </summary>
internal sealed class PayPalSigners(PayPalTrust trust, PayPalHttp http, TimeProvider time)
{
    public const int SignersMax = 16;
    public const int FetchesPerMinuteMax = 30;
    private const int FailuresMax = 64;
    private static readonly TimeSpan FailureLife = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly OrderedDictionary<string, PayPalSigner> _signers = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, (DateTimeOffset Until, PayPalSignerResult Result)> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<PayPalSignerResult>> _inFlight = new(StringComparer.Ordinal);
    private readonly Queue<DateTimeOffset> _fetches = new();

    /// <summary>Completes synchronously for a known signer. The fetch goes on when the caller leaves.</summary>
    /// <param name="address">An allowed one.</param>
    public ValueTask<PayPalSignerResult> FindAsync(string address, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (Known(address, now) is { } known)
                return new(known);
            if (!_inFlight.TryGetValue(address, out var fetch))
            {
                if (!MayFetch(now))
                {
                    GatewaysMetrics.CertificateFetched("rate_limited");
                    return new(PayPalSignerResult.Unavailable);
                }
                fetch = FetchAsync(address);
                if (!fetch.IsCompleted)
                    _inFlight.Add(address, fetch);
            }
            return new(fetch.WaitAsync(cancellationToken));
        }
    }

    private PayPalSignerResult? Known(string address, DateTimeOffset now)
    {
        if (_signers.TryGetValue(address, out var signer))
        {
            if (now < signer.ValidUntil)
                return new PayPalSignerResult(signer, false);
            _signers.Remove(address);
        }
        return _failures.TryGetValue(address, out var failure) && now < failure.Until ? failure.Result : null;
    }

    private bool MayFetch(DateTimeOffset now)
    {
        while (_fetches.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromMinutes(1))
            _fetches.Dequeue();
        if (_fetches.Count >= FetchesPerMinuteMax)
            return false;
        _fetches.Enqueue(now);
        return true;
    }

    private async Task<PayPalSignerResult> FetchAsync(string address)
    {
        var document = await http.FetchAsync(address);
        var now = time.GetUtcNow();
        var signer = document.Text is { } text ? trust.FindSigner(text, address, now) : null;
        var result = new PayPalSignerResult(signer, document.IsUnavailable);
        GatewaysMetrics.CertificateFetched(result.Outcome);
        lock (_lock)
        {
            _inFlight.Remove(address);
            if (signer is not null)
                Keep(_signers, address, signer, SignersMax);
            else
                Keep(_failures, address, (now + FailureLife, result), FailuresMax);
        }
        return result;
    }

    private static void Keep<T>(OrderedDictionary<string, T> kept, string address, T value, int max)
    {
        kept.Remove(address);
        if (kept.Count >= max)
            kept.RemoveAt(0);
        kept.Add(address, value);
    }
}

/// <param name="Signer">Null when there is none to trust.</param>
/// <param name="IsUnavailable">True when asking again later may find one.</param>
internal readonly record struct PayPalSignerResult(PayPalSigner? Signer, bool IsUnavailable)
{
    public static PayPalSignerResult Unavailable => new(null, true);

    /// <summary>For metrics.</summary>
    public string Outcome => (Signer, IsUnavailable) switch
    {
        ({ }, _) => "trusted",
        (null, true) => "unavailable",
        (null, false) => "refused",
    };
}
