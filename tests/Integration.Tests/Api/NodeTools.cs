using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>
/// Tools from npm that judge the API from outside, in <c>tests/api-tools</c>: fetched once, exactly as the lock file says and without
/// running their scripts.
/// </summary>
internal static class NodeTools
{
    private static readonly Lazy<string?> MissingOnce = new(FindOrFetch);

    /// <summary>Why they cannot be run; null when they can.</summary>
    public static string? Missing => MissingOnce.Value;

    public static string Root { get; } = RepositoryFolder();
    private static string Folder => Path.Combine(Root, "tests", "api-tools");

    /// <summary>Exit status and output; a status below 0 when the program is not there or takes too long.</summary>
    public static (int Status, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        try
        {
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(TimeSpan.FromMinutes(4)))
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} took more than 4 minutes.");
            }
            return (process.ExitCode, output.GetAwaiter().GetResult() + errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            return (-2, $"{program} is not installed.");
        }
    }

    private static string? FindOrFetch()
    {
        if (Run("node", "--version").Status != 0) return "Node.js is not installed: the API was not judged from outside.";
        var (fetched, wanted) = (Path.Combine(Folder, "node_modules", ".package-lock.json"), Path.Combine(Folder, "package-lock.json"));
        if (File.Exists(fetched) && File.GetLastWriteTimeUtc(fetched) >= File.GetLastWriteTimeUtc(wanted)) return null;
        return Run("npm", "ci", "--ignore-scripts", "--fetch-retries=1").Status == 0
            ? null
            : "npm cannot fetch tests/api-tools/package-lock.json: the API was not judged from outside.";
    }

    private static string RepositoryFolder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}

/// <summary>A test that needs <see cref="NodeTools"/>; skipped by name where they cannot be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NodeToolsFactAttribute : FactAttribute
{
    public NodeToolsFactAttribute() => Skip = NodeTools.Missing!;
}
