using System.ComponentModel;
using System.Diagnostics;

namespace PaymentPipeline.Ops.Running;

/// <summary>Runs a program to its end.</summary>
internal static class Shell
{
    /// <summary>The program's output when it succeeds.</summary>
    /// <exception cref="UserErrorException">It is missing, or failed: the message ends with the last line it printed.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true,
            RedirectStandardInput = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode == 0) return await output;
            var said = (await errors + await output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            throw new UserErrorException(
                $"{Path.GetFileName(program)} failed with status {process.ExitCode}: {said.LastOrDefault() ?? "it said nothing"}");
        }
        catch (Win32Exception missing)
        {
            throw new UserErrorException($"{program} cannot be started: {missing.Message}", missing);
        }
    }
}
