using System.Diagnostics;
using PaymentPipeline.Load.Results;
using PaymentPipeline.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Load.Tests;

/// <summary>The command as a person starts it, on a system of its own.</summary>
public sealed class EndToEndTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("load-e2e-").FullName;

    private string _said = "";

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

    [Fact]
    public async Task A_comparison_measures_ours_beside_the_floors()
    {
        var report = await ReportAsync("compare", "--rounds", "1", "--webhooks", "6000", "--seconds", "2", "--connections", "32");

        string[] expected =
        [
            "round 1: floor, bare endpoint", "round 1: ingress alone", "round 1: processors alone", "round 1: floor, server-side script",
            "round 1: both at once, to the last applied", "round 1: readable when quiet",
        ];
        Assert.Superset(expected.ToHashSet(), report.Rounds.Select(round => round.Name).ToHashSet());
        Assert.All(report.Rounds, round => Assert.True(round.Rate > 0, round.Name));
        Assert.All(report.Rounds.Where(round => round.Figures.ContainsKey("events not seen")),
            round => Assert.Equal(0, round.Figures["events not seen"]));
        Assert.Contains(report.Rounds, round => round.Figures.GetValueOrDefault("ratio to bare endpoint") > 0);
    }

    [Fact]
    public async Task A_mixed_run_creates_and_reads_beside_the_webhooks()
    {
        var report = await ReportAsync(
            "mixed", "--rate", "100", "--creates", "5", "--reads", "20", "--seconds", "5", "--warm-up", "0", "--connections", "16");

        Assert.Equal(report.Summary.Offered, report.Summary.Accepted);
        Assert.Contains(report.Rounds, round => round.Name.Contains("payments created", StringComparison.Ordinal));
        Assert.Contains(report.Rounds, round => round.Name.Contains("payments looked up", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_run_with_a_death_loses_nothing_that_was_acknowledged()
    {
        var report = await ReportAsync(
            "steady", "--rate", "200", "--seconds", "12", "--warm-up", "0", "--connections", "32", "--kill", "ingress,processors");

        Assert.Contains(report.Marks, mark => mark.Text == "ingress killed");
        Assert.Contains(report.Marks, mark => mark.Text == "processors killed");
        Assert.True(report.Summary.Sent > report.Summary.Offered, "nothing had to be sent again");
        Assert.Equal(report.Summary.Offered, report.Summary.Accepted);
        Assert.NotNull(report.Summary.DrainSeconds);
    }

    [Fact]
    public async Task Large_books_are_grown_measured_beside_small_ones_and_verified()
    {
        var report = await ReportAsync(
            "growth", "--payments", "5000", "--rounds", "1", "--webhooks", "500", "--reads", "5", "--connections", "16");

        var ratio = Assert.Single(report.Rounds, round => round.Figures.ContainsKey("ratio to small books"));
        Assert.True(ratio.Figures["ratio to small books"] > 0);
        var reads = report.Rounds.Where(round => round.Name.StartsWith("large books: GET", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(reads);
        Assert.All(reads, read => Assert.Equal((0.0, read.Name), (read.Figures["not answered 200"], read.Name)));
        Assert.Contains(report.Verify!.Lines, line => line.Contains("20,000 claims are older than the log", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_names_the_command_as_it_is_typed()
    {
        Assert.Equal(0, await LoadAsync("steady", "--help"));

        Assert.Contains("./pipeline load steady", _said, StringComparison.Ordinal);
        Assert.DoesNotContain("PaymentPipeline.Load", _said, StringComparison.Ordinal);
    }

    [Fact]
    public Task Two_of_each_share_the_work_and_a_killed_one_of_each_loses_nothing_on_postgres() => ShareAsync("postgres");

    [OwnKafkaFact]
    public Task Two_of_each_share_the_work_and_a_killed_one_of_each_loses_nothing_on_kafka() => ShareAsync("kafka");

    private async Task ShareAsync(string engine)
    {
        // Clean is also the run's own claim that every acknowledged event is applied.
        var report = await ReportAsync(
            "steady", "--engine", engine, "--ingresses", "2", "--processors", "2", "--kill", "ingress-2,processors-2",
            "--rate", "500", "--seconds", "16", "--warm-up", "4", "--connections", "32");

        Assert.True(report.Summary.Accepted > 4_000, $"{report.Summary.Accepted} accepted");
        AssertShared(report, "ingress", "ingress-2");
        AssertShared(report, "processors", "processors-2");
    }

    /// <summary>By their processor time before the deaths: one that has nothing to do spends next to none.</summary>
    private static void AssertShared(LoadReport report, string first, string second)
    {
        var before = report.Samples.Where(sample => sample.At < 8)
            .SelectMany(sample => sample.Processes).ToLookup(process => process.Name, process => process.Cpu);
        var (one, other) = (before[first].Sum(), before[second].Sum());
        Assert.True(Math.Min(one, other) > 0.25 * Math.Max(one, other), $"{first} {one:F2}, {second} {other:F2} core seconds");
    }

    /// <summary>The report of a run that ended clean.</summary>
    private async Task<LoadReport> ReportAsync(params string[] arguments)
    {
        var json = Path.Combine(_folder, $"{arguments[0]}.json");
        Assert.Equal(0, await LoadAsync([.. arguments, "--out", json]));
        var report = await ReportFile.ReadAsync(json);
        Assert.True(report.Verify is { Clean: true });
        return report;
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
        _said = await said + await complained;
        output.WriteLine(_said);
        return process.ExitCode;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PaymentPipeline.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
