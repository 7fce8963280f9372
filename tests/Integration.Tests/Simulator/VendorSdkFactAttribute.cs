using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>
/// A test that runs a gateway's own Node client. Skipped, by name, where Node is not there or its packages cannot be had: they are
/// fetched once, into <c>tests/vendor-sdks/node_modules</c>, exactly as the lock file says and without running their scripts.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VendorSdkFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Missing = new(FindOrFetch);

    public VendorSdkFactAttribute() => Skip = Missing.Value!;

    public static string Folder { get; } = Path.Combine(RepositoryFolder(), "tests", "vendor-sdks");

    /// <summary>Exit status and output; a status below 0 when the program is not there or takes too long.</summary>
    public static (int Status, string Output) Run(string program, string arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        try
        {
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            if (!process.WaitForExit(TimeSpan.FromMinutes(4)))
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} {arguments} took more than 4 minutes.");
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
        var none = new Dictionary<string, string>();
        if (Run("node", "--version", none).Status != 0) return "Node.js is not installed: the gateways' own clients were not run.";
        var (fetched, wanted) = (Path.Combine(Folder, "node_modules", ".package-lock.json"), Path.Combine(Folder, "package-lock.json"));
        if (File.Exists(fetched) && File.GetLastWriteTimeUtc(fetched) >= File.GetLastWriteTimeUtc(wanted)) return null;
        return Run("npm", "ci --ignore-scripts --fetch-retries=1", none).Status == 0
            ? null
            : "npm cannot fetch tests/vendor-sdks/package-lock.json: the gateways' own clients were not run.";
    }

    private static string RepositoryFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PaymentPipeline.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
