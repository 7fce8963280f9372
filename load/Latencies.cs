using System.Diagnostics;

namespace PaymentPipeline.Load;

internal static class Latencies
{
    /// <param name="sorted">Ticks of the stopwatch, ascending.</param>
    /// <param name="share">0.99: what 99 of 100 were not slower than.</param>
    public static double Ms(long[] sorted, double share) => sorted.Length == 0
        ? double.NaN
        : sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)] * 1000.0 / Stopwatch.Frequency;
}
