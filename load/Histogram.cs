using System.Numerics;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load;

/// <summary>
/// Counts of latencies in buckets that keep three significant digits, from 1 µs to beyond 10 minutes, in fixed memory (the HDR way:
/// each doubling is divided into 1024 equal buckets). Recording takes no lock and may be done by any thread. Counts only grow: what
/// came in a second is the difference of two <see cref="Copy"/>s, so that nothing recorded meanwhile is lost between two seconds.
/// </summary>
internal sealed class Histogram
{
    // Values below 2048 have a bucket each; above, the upper 11 bits of a value name its bucket: an error of 1 in 1024 at most.
    private const int LinearBits = 11;
    private const int PerDoubling = 1 << (LinearBits - 1);
    private const int ValueBits = 30;
    private const int Buckets = PerDoubling * (ValueBits - LinearBits + 2);
    private const long MicrosMax = (1L << ValueBits) - 1;

    private readonly int[] _counts;

    public Histogram() => _counts = new int[Buckets];

    private Histogram(int[] counts) => _counts = counts;

    public long Count => _counts.Sum(count => (long)count);

    /// <param name="micros">Below 1 counts as 0, above 18 minutes as the highest value that there is.</param>
    public void Record(long micros) => Interlocked.Increment(ref _counts[Bucket(Math.Clamp(micros, 0, MicrosMax))]);

    public Histogram Copy() => new([.. _counts]);

    /// <summary>What was recorded after <paramref name="earlier"/>, a copy of this one.</summary>
    public Histogram Since(Histogram earlier)
    {
        var counts = new int[Buckets];
        for (var bucket = 0; bucket < Buckets; bucket++) counts[bucket] = _counts[bucket] - earlier._counts[bucket];
        return new Histogram(counts);
    }

    public void Add(Histogram other)
    {
        for (var bucket = 0; bucket < Buckets; bucket++) Interlocked.Add(ref _counts[bucket], other._counts[bucket]);
    }

    /// <summary>Microseconds that this share of the values did not exceed, up to the width of a bucket; 0 when there are none.</summary>
    /// <param name="share">0.99: what 99 of 100 were not slower than; 1: the slowest.</param>
    public long Micros(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        var passed = 0L;
        for (var bucket = 0; bucket < Buckets; bucket++)
            if ((passed += _counts[bucket]) >= rank) return Highest(bucket);
        return 0;
    }

    /// <summary>In milliseconds; null when nothing was recorded.</summary>
    public Percentiles? Percentiles() => Count == 0
        ? null
        : new Percentiles(Ms(0.5), Ms(0.9), Ms(0.99), Ms(0.999), Ms(0.9999), Ms(1));

    private double Ms(double share) => Micros(share) / 1000.0;

    private static int Bucket(long micros)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)micros | 1) - (LinearBits - 1));
        return shift * PerDoubling + (int)(micros >> shift);
    }

    /// <summary>The highest value of a bucket: a percentile is never told too low.</summary>
    private static long Highest(int bucket)
    {
        var shift = Math.Max(0, bucket / PerDoubling - 1);
        return (((long)bucket - shift * PerDoubling + 1) << shift) - 1;
    }
}
