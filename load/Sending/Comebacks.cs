using System.Diagnostics;

namespace PaymentPipeline.Load.Sending;

/// <summary>What is to be sent again until it hears 2xx, as gateways do: after half a second, then twice that, at most 8 seconds.</summary>
internal sealed class Comebacks
{
    private const double FirstSeconds = 0.5;
    private const double SecondsMax = 8;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Arrival, long> _waiting = new();

    public int Count
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    public void Add(Arrival arrival)
    {
        var seconds = Math.Min(SecondsMax, FirstSeconds * (1 << Math.Min(arrival.Attempt, 10)));
        var at = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        lock (_gate) _waiting.Enqueue(arrival with { Attempt = arrival.Attempt + 1 }, at);
    }

    public bool TryTake(long now, out Arrival arrival)
    {
        lock (_gate) return _waiting.TryPeek(out arrival, out var at) && at <= now && _waiting.TryDequeue(out arrival, out _);
    }

    public void Clear()
    {
        lock (_gate) _waiting.Clear();
    }
}
