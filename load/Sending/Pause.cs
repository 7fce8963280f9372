using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PaymentPipeline.Load.Sending;

/// <summary>Waits to a tenth of a millisecond, which timers cannot: they count whole milliseconds. Blocks its thread.</summary>
internal static partial class Pause
{
    public static void Until(long timestamp)
    {
        var nanos = (timestamp - Stopwatch.GetTimestamp()) * (1_000_000_000 / Stopwatch.Frequency);
        if (nanos <= 0) return;
        var time = new TimeSpec { Seconds = nanos / 1_000_000_000, Nanos = nanos % 1_000_000_000 };
        // Woken early by a signal: the caller looks at the clock anyway.
        _ = NanoSleep(in time, IntPtr.Zero);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec time, IntPtr rest);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanos;
    }
}
