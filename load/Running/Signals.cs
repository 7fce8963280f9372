using System.Runtime.InteropServices;

namespace PaymentPipeline.Load.Running;

/// <summary>POSIX signals to other processes.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <returns>False when there is no such process, or it is not ours.</returns>
    public static bool Send(int processId, int signal) => Invoke(processId, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Invoke(int processId, int signal);
}
