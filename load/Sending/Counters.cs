namespace PaymentPipeline.Load.Sending;

/// <summary>What became of the requests. Counts only grow, and any thread may add.</summary>
internal sealed class Counters
{
    private readonly long[] _byStatus = new long[600];
    private long _offered;
    private long _sent;
    private long _overflowed;
    private long _accepted;
    private long _refused;
    private long _failed;
    private long _effects;
    private long _lastSent;

    /// <summary>From the moment at which a request was due the first time to its 2xx.</summary>
    public Histogram Latency { get; } = new();

    /// <summary>How late the driver itself was when a connection was free. Part of the latencies.</summary>
    public Histogram Lateness { get; } = new();

    /// <summary>Arrivals; what is sent again is not a new one.</summary>
    public long Offered => Volatile.Read(ref _offered);

    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Arrivals that found the driver's queue full: never sent.</summary>
    public long Overflowed => Volatile.Read(ref _overflowed);

    public long Accepted => Volatile.Read(ref _accepted);
    public long Refused => Volatile.Read(ref _refused);
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Distinct events that were acknowledged: they must be there in the end.</summary>
    public long Effects => Volatile.Read(ref _effects);

    /// <summary>When the last request went out, by the stopwatch.</summary>
    public long LastSent => Volatile.Read(ref _lastSent);

    public void Offer() => Interlocked.Increment(ref _offered);
    public void Overflow() => Interlocked.Increment(ref _overflowed);
    public void Acknowledge(int effects) => Interlocked.Add(ref _effects, effects);

    public void Send(long now)
    {
        Interlocked.Increment(ref _sent);
        Volatile.Write(ref _lastSent, now);
    }

    /// <param name="status">0 for no answer.</param>
    public void Answer(int status)
    {
        Interlocked.Increment(ref _byStatus[Math.Clamp(status, 0, _byStatus.Length - 1)]);
        if (IsAccepted(status)) Interlocked.Increment(ref _accepted);
        else if (status is 429 or 503) Interlocked.Increment(ref _refused);
        else Interlocked.Increment(ref _failed);
    }

    public static bool IsAccepted(int status) => status / 100 == 2;

    /// <summary>By status; "none" for no answer.</summary>
    public IReadOnlyDictionary<string, long> ByStatus() => Enumerable.Range(0, _byStatus.Length)
        .Where(status => Volatile.Read(ref _byStatus[status]) > 0)
        .ToDictionary(status => status == 0 ? "none" : $"{status}", status => Volatile.Read(ref _byStatus[status]));
}
