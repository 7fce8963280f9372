using System.Collections.Concurrent;

namespace PaymentPipeline.Load.Sending;

/// <summary>A set of numbers that are close together, a bit each; any thread may add.</summary>
internal sealed class NumberSet
{
    private const int PerPart = 1 << 20;
    private readonly ConcurrentDictionary<long, long[]> _parts = new();

    /// <returns>True when it was not there yet.</returns>
    public bool Add(long number)
    {
        var (part, within) = Math.DivRem(number, PerPart);
        var bits = _parts.GetOrAdd(part, _ => new long[PerPart / 64]);
        var bit = 1L << (int)(within % 64);
        return (Interlocked.Or(ref bits[within / 64], bit) & bit) == 0;
    }
}
