using System.Globalization;

namespace PaymentPipeline.Load.Results;

/// <summary>One figure of two runs.</summary>
/// <param name="Name">With its unit.</param>
internal sealed record BaselineFigure(string Name, double Now, double Earlier, bool HigherIsBetter)
{
    // Two runs of the same code differ by this much on a machine that does other things too.
    private const double Noise = 0.05;

    /// <summary>Now by earlier; 1 when both are zero, not a number when only the earlier is.</summary>
    public double Ratio => Now == Earlier ? 1 : Earlier == 0 ? double.NaN : Now / Earlier;

    /// <summary>"better", "worse" or "same" (within 5 %); "new" where the earlier run had none of it.</summary>
    public string Verdict
    {
        get
        {
            if (double.IsNaN(Ratio)) return HigherIsBetter ? "new" : "worse";
            if (Math.Abs(Ratio - 1) <= Noise) return "same";
            return Ratio > 1 == HigherIsBetter ? "better" : "worse";
        }
    }
}

/// <summary>A run beside an earlier one.</summary>
/// <param name="Warnings">What else differs between the two, so that the ratios mean less; empty for like and like.</param>
internal sealed record BaselineComparison(
    DateTimeOffset EarlierStartedAt, IReadOnlyList<string> Warnings, IReadOnlyList<BaselineFigure> Figures)
{
    /// <summary>For the terminal.</summary>
    public IEnumerable<string> Lines()
    {
        var width = Figures.Select(figure => figure.Name.Length).DefaultIfEmpty(0).Max();
        yield return string.Create(CultureInfo.InvariantCulture,
            $"Beside the run of {EarlierStartedAt:yyyy-MM-dd HH:mm}Z (now / earlier):");
        foreach (var warning in Warnings) yield return $"  warning: {warning}";
        foreach (var figure in Figures)
            yield return $"  {figure.Name.PadRight(width)}  {Figure.Text(figure.Now),10} / {Figure.Text(figure.Earlier),10} = "
                + $"{RatioText(figure),5}  {figure.Verdict}";
    }

    internal static string RatioText(BaselineFigure figure) =>
        double.IsNaN(figure.Ratio) ? "–" : figure.Ratio.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>Compares two reports, figure by figure.</summary>
internal static class Baseline
{
    public static BaselineComparison Compare(LoadReport now, LoadReport earlier) =>
        new(earlier.StartedAt, [.. Differences(now, earlier)],
            [.. Totals(now, earlier), .. Processes(now, earlier), .. Rounds(now, earlier)]);

    private static IEnumerable<BaselineFigure> Totals(LoadReport now, LoadReport earlier)
    {
        BaselineFigure Higher(string name, Func<Summary, double> pick) => new(name, pick(now.Summary), pick(earlier.Summary), true);
        BaselineFigure Lower(string name, Func<Summary, double> pick) => new(name, pick(now.Summary), pick(earlier.Summary), false);
        yield return Higher("accepted a second", summary => summary.AcceptedPerSecond);
        yield return Lower("refused, share of sent", summary => Share(summary.Refused, summary.Sent));
        yield return Lower("failed, share of sent", summary => Share(summary.Failed, summary.Sent));
        yield return Lower("p50 ms", summary => summary.Latency.P50);
        yield return Lower("p90 ms", summary => summary.Latency.P90);
        yield return Lower("p99 ms", summary => summary.Latency.P99);
        yield return Lower("p99.9 ms", summary => summary.Latency.P999);
        yield return Lower("p99.99 ms", summary => summary.Latency.P9999);
        yield return Lower("max ms", summary => summary.Latency.Max);
        if (now.Summary.DrainSeconds is { } drain && earlier.Summary.DrainSeconds is { } before)
            yield return new BaselineFigure("drain s", drain, before, HigherIsBetter: false);
    }

    private static IEnumerable<BaselineFigure> Processes(LoadReport now, LoadReport earlier) =>
        from process in now.Summary.Processes
        join before in earlier.Summary.Processes on process.Name equals before.Name
        from figure in new[]
        {
            new BaselineFigure($"{process.Name}: peak memory MB", process.PeakRss / 1e6, before.PeakRss / 1e6, false),
            new BaselineFigure($"{process.Name}: CPU µs a webhook", process.CpuMicrosPerWebhook, before.CpuMicrosPerWebhook, false),
        }
        select figure;

    // What neither is a rate nor a ratio is a time or a size: less is better.
    private static IEnumerable<BaselineFigure> Rounds(LoadReport now, LoadReport earlier) =>
        from line in RoundLines.Of(now.Rounds)
        join before in RoundLines.Of(earlier.Rounds) on line.Name equals before.Name
        select new BaselineFigure($"median: {line.Name}", line.Median, before.Median, line.IsRate || line.IsRatio);

    private static IEnumerable<string> Differences(LoadReport now, LoadReport earlier)
    {
        foreach (var (name, value, before) in Facts(now, earlier))
            if (value != before) yield return $"{name} differs: {value ?? "none"}, earlier {before ?? "none"}.";
        foreach (var warning in Differences("setting", now.Settings, earlier.Settings)) yield return warning;
        foreach (var warning in Differences("durability", now.Machine.Durability, earlier.Machine.Durability)) yield return warning;
    }

    private static IEnumerable<(string Name, string? Now, string? Earlier)> Facts(LoadReport now, LoadReport earlier) =>
    [
        ("profile", now.Profile, earlier.Profile),
        ("engine", now.Engine, earlier.Engine),
        ("processor", now.Machine.Cpu, earlier.Machine.Cpu),
        ("number of cores", $"{now.Machine.Cores}", $"{earlier.Machine.Cores}"),
        ("memory", $"{now.Machine.Memory >> 30} GB", $"{earlier.Machine.Memory >> 30} GB"),
        ("operating system", now.Machine.Os, earlier.Machine.Os),
        ("kernel", now.Machine.Kernel, earlier.Machine.Kernel),
        (".NET", now.Machine.DotNet, earlier.Machine.DotNet),
        ("PostgreSQL", now.Machine.PostgreSql, earlier.Machine.PostgreSql),
        ("Kafka", now.Machine.Kafka, earlier.Machine.Kafka),
        ("librdkafka", now.Machine.Librdkafka, earlier.Machine.Librdkafka),
    ];

    private static IEnumerable<string> Differences(
        string kind, IReadOnlyDictionary<string, string> now, IReadOnlyDictionary<string, string> earlier) =>
        from name in now.Keys.Union(earlier.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
        let value = now.GetValueOrDefault(name)
        let before = earlier.GetValueOrDefault(name)
        where value != before
        select $"{kind} {name} differs: {value ?? "none"}, earlier {before ?? "none"}.";

    private static double Share(long part, long whole) => whole == 0 ? 0 : part / (double)whole;
}
