using System.Diagnostics;
using PaymentPipeline.Load.Results;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Load.Tests;

/// <summary>The command as a person starts it, on a system of its own.</summary>
public sealed class EndToEndTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("load-e2e-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_steady_run_is_clean_and_leaves_its_report()
    {
        var json = Path.Combine(_folder, "steady.json");

        var status = await LoadAsync(
            "steady", "--rate", "300", "--seconds", "5", "--warm-up", "0", "--connections", "32", "--out", json);

        Assert.Equal(0, status);
        var report = await ReportFile.ReadAsync(json);
        Assert.True(report.Verify is { Clean: true });
        Assert.InRange(report.Summary.Offered, 1_200, 1_800);
        Assert.Equal(report.Summary.Offered, report.Summary.Accepted);
        Assert.Equal(0, report.Summary.Failed);
        Assert.NotNull(report.Summary.DrainSeconds);
        Assert.True(report.Summary.Latency.P50 > 0);
        Assert.NotEmpty(report.Samples);
        Assert.Superset(
            new HashSet<string> { "ingress", "processors", "postgres", "load" },
            report.Summary.Processes.Where(process => process.PeakRss > 0).Select(process => process.Name).ToHashSet());
        Assert.Contains("<svg", await File.ReadAllTextAsync(Path.ChangeExtension(json, ".html")), StringComparison.Ordinal);
    }

    private async Task<int> LoadAsync(params string[] arguments)
    {
        var configuration = Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;
        var program = Path.Combine(Root(), "load", "bin", configuration, "net10.0", "PaymentPipeline.Load.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        var said = process.StandardOutput.ReadToEndAsync(limit.Token);
        var complained = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        output.WriteLine(await said + await complained);
        return process.ExitCode;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PaymentPipeline.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
