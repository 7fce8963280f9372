using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>
/// Tools from npm that judge us from outside. <c>NODE_TOOLS</c> names a folder where they are installed; without it they are
/// installed once into the temporary folder, where npm and its registry can be reached.
/// </summary>
internal static class NodeTools
{
    private static readonly string Folder =
        Environment.GetEnvironmentVariable("NODE_TOOLS") ?? Path.Combine(Path.GetTempPath(), "paymentpipeline-node-tools");

    public static string? Spectral { get; } = Find("@stoplight/spectral-cli", Path.Combine("node_modules", ".bin", "spectral"));

    /// <summary>The folder of the package <c>jose</c>.</summary>
    public static string? Jose { get; } = Find("jose@5", Path.Combine("node_modules", "jose"));

    public static string Ruleset => Path.Combine(Root(), ".spectral.yaml");

    public static async Task<(int Status, string Output)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }

    private static string? Find(string package, string product)
    {
        var path = Path.Combine(Folder, product);
        if (!Exists(path)) Install(package);
        return Exists(path) ? path : null;
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static void Install(string package)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            var start = new ProcessStartInfo("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", Folder, package])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (!process.WaitForExit(TimeSpan.FromMinutes(3))) process.Kill(entireProcessTree: true);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no npm: the tests that need it say that they are skipped.
        }
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}

internal sealed class SpectralFactAttribute : FactAttribute
{
    public SpectralFactAttribute()
    {
        if (NodeTools.Spectral is null) Skip = "Needs npm's @stoplight/spectral-cli (NODE_TOOLS names a folder with it).";
    }
}

internal sealed class JoseFactAttribute : FactAttribute
{
    public JoseFactAttribute()
    {
        if (NodeTools.Jose is null) Skip = "Needs node and npm's jose (NODE_TOOLS names a folder with it).";
    }
}
