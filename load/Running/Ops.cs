using System.Diagnostics;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load.Running;

/// <summary>The commands behind <c>./pipeline</c>, as they were built beside this program: not through the script, which builds.</summary>
internal static class Ops
{
    // Ours, for our sockets only; the services under test run as they do everywhere.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>The checkout.</summary>
    public static string Root { get; } = FindRoot();

    public static ProcessStartInfo Command(params IEnumerable<string> arguments) =>
        Prepare(new ProcessStartInfo("dotnet", [Program, .. arguments]));

    /// <summary>In a session of its own: Ctrl-C in the terminal is for us to hear and to pass on in order.</summary>
    public static ProcessStartInfo Session(params IEnumerable<string> arguments) =>
        Prepare(new ProcessStartInfo("setsid", ["dotnet", Program, .. arguments]));

    public static async Task<VerifyResult> VerifyAsync(DirectoryInfo data, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Command("verify", "--data", data.FullName))!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var lines = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync(cancellationToken);
        if (lines.Length == 0) lines = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new VerifyResult(process.ExitCode == 0, lines);
    }

    private static string Program
    {
        get
        {
            // Built as this program was: bin/<configuration>/net10.0.
            var configuration = Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;
            var program = Path.Combine(Root, "ops", "bin", configuration, "net10.0", "PaymentPipeline.Ops.dll");
            return File.Exists(program) ? program : throw new UserErrorException($"{program} is not built: start with ./pipeline load.");
        }
    }

    private static ProcessStartInfo Prepare(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        start.Environment.Remove(InlineCompletions);
        start.Environment["PIPELINE_ROOT"] = Root;
        // One caller makes all payments: its limit is not what is measured. The environment wins.
        start.Environment.TryAdd("RateLimits__CallerPerSecond", "1000000");
        start.Environment.TryAdd("RateLimits__CallerBurst", "1000000");
        return start;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PaymentPipeline.sln"))) return folder.FullName;
        throw new UserErrorException("This program is not within a checkout of PaymentPipeline.");
    }
}
