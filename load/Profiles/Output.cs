using System.Globalization;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Profiles;

/// <summary>Where a report goes: two files, and what a person reads first on the terminal.</summary>
internal static class Output
{
    /// <returns>The exit status.</returns>
    public static async Task<int> WriteAsync(LoadReport report, RunSettings settings)
    {
        var json = settings.Out?.FullName ?? Path.Combine(Ops.Root, "load", "results", string.Create(
            CultureInfo.InvariantCulture, $"{report.StartedAt:yyyyMMdd-HHmmss}-{report.Profile}-{report.Engine}.json"));
        Directory.CreateDirectory(Path.GetDirectoryName(json)!);
        var page = Path.ChangeExtension(json, ".html");
        var baseline = settings.Baseline is { } earlier ? Baseline.Compare(report, await EarlierAsync(earlier)) : null;
        await ReportFile.WriteAsync(report, json);
        await HtmlReport.WriteAsync(report, baseline, page);
        if (settings.Json) Console.WriteLine(await File.ReadAllTextAsync(json));
        else Print(report, baseline, json, page);
        return report.Verify is { Clean: false } ? 1 : report.Verify is null ? 130 : 0;
    }

    private static async Task<LoadReport> EarlierAsync(FileInfo file)
    {
        try
        {
            return await ReportFile.ReadAsync(file.FullName);
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException)
        {
            throw new UserErrorException($"--baseline {file}: {problem.Message}");
        }
    }

    private static void Print(LoadReport report, BaselineComparison? baseline, string json, string page)
    {
        var sum = report.Summary;
        Console.WriteLine();
        if (sum.Offered > 0)
        {
            Say($"{report.Profile} on {report.Engine}, {sum.Seconds:N0} s");
            Say($"  rate     {sum.AcceptedPerSecond:N0} accepted a second of {sum.OfferedPerSecond:N0} offered");
            Say($"  latency  {Words(sum.Latency)}");
            Say($"  answers  {string.Join("  ", sum.ByStatus.Select(one => FormattableString.Invariant($"{one.Key}: {one.Value:N0}")))}");
            if (sum.DrainSeconds is { } drain) Say($"  backlog  gone {drain:N1} s after the last was sent");
            foreach (var process in sum.Processes)
                Say($"  {process.Name,-10} {process.CpuMicrosPerWebhook,7:N0} µs of CPU a webhook, {process.PeakRss / 1e6,6:N0} MB");
        }
        foreach (var line in RoundLines.Of(report.Rounds).Where(line => !line.Name.EndsWith("µs", StringComparison.Ordinal)))
            Say($"  {line.Median,10:N2}  ({line.Min:N2} to {line.Max:N2})  {line.Name}");
        foreach (var line in baseline?.Lines() ?? []) Console.WriteLine(line);
        foreach (var line in report.Verify?.Lines ?? [])
            if (!report.Verify!.Clean || IsShown(line)) Console.WriteLine(line);
        Console.WriteLine($"report: {page}");
        Console.WriteLine($"        {json}");
    }

    // The invariants one by one are in the report; here it is enough that all hold.
    private static bool IsShown(string line) =>
        line.StartsWith("load", StringComparison.Ordinal) || line.StartsWith("verify", StringComparison.Ordinal);

    private static string Words(Percentiles of) => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {of.P50:N1}  p90 {of.P90:N1}  p99 {of.P99:N1}  p99.9 {of.P999:N1}  p99.99 {of.P9999:N1}  max {of.Max:N1} ms");

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
