using System.CommandLine;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load;

/// <summary>Makes the page of a report again, and compares two: no system has to run.</summary>
internal static class ReportCommand
{
    public static Command Build()
    {
        var file = new Argument<FileInfo>("report") { Description = "The JSON file of a run." };
        var baseline = new Option<FileInfo?>("--baseline") { Description = "The JSON file of an earlier run to compare with." };
        var page = new Option<FileInfo?>("--html") { Description = "Where the page goes. Default: beside the report." };
        var command = new Command("report", "The page of an earlier run, and its ratios to another one.") { file, baseline, page };
        command.SetAction((parsed, cancellationToken) =>
            WriteAsync(parsed.GetValue(file)!, parsed.GetValue(baseline), parsed.GetValue(page), cancellationToken));
        return command;
    }

    private static async Task<int> WriteAsync(FileInfo file, FileInfo? baseline, FileInfo? page, CancellationToken cancellationToken)
    {
        var report = await ReportFile.ReadAsync(file.FullName, cancellationToken);
        var comparison = baseline is null
            ? null
            : Baseline.Compare(report, await ReportFile.ReadAsync(baseline.FullName, cancellationToken));
        foreach (var line in comparison?.Lines() ?? []) Console.WriteLine(line);
        var target = page?.FullName ?? Path.ChangeExtension(file.FullName, ".html");
        await HtmlReport.WriteAsync(report, comparison, target, cancellationToken);
        Console.WriteLine($"The page: {target}");
        return 0;
    }
}
