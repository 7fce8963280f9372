using System.Diagnostics;

namespace PaymentPipeline.Load;

/// <summary>A token from the command that makes them, <c>./pipeline token</c>, as it was built for the running system.</summary>
internal static class DevelopmentToken
{
    private const string Command = "ops/bin/Release/net10.0/PaymentPipeline.Ops.dll";

    public static async Task<string> MakeAsync(DirectoryInfo data)
    {
        // Not through the script: that would build anew what is running.
        var start = new ProcessStartInfo("dotnet", [Find(), "token", "--data", data.FullName, "--scope", "payments:write"])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var token = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? token : throw new InvalidOperationException("No token was made (above): give one with --token.");
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, Command) is var command && File.Exists(command)) return command;
        throw new InvalidOperationException($"{Command} is not there, it is built by './pipeline up': else give a token with --token.");
    }
}
