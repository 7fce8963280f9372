namespace PaymentPipeline.Load.Results;

/// <summary>The charts of a run, each with its summary in words.</summary>
internal static class RunCharts
{
    private static readonly string[] Styles = ["a", "b", "c", "d", "e", "f", "g", "h"];

    public static IEnumerable<Chart> Of(LoadReport report)
    {
        var samples = report.Samples;
        yield return Throughput(samples);
        yield return Latency(samples);
        yield return Backlog(samples);
        yield return PerProcess("memory", "Memory per process", "MB", samples, process => process.Rss / 1e6, PeakText(samples));
        yield return PerProcess("cpu", "CPU per process", "cores", samples, process => process.Cpu, CpuText(samples));
    }

    private static Chart Throughput(IReadOnlyList<Sample> samples) => new("throughput", "Throughput",
        $"Accepted {Span(samples, sample => sample.Accepted)} a second, offered {Span(samples, sample => sample.Offered)}; "
        + $"seconds with refusals: {samples.Count(sample => sample.Refused > 0)}, "
        + $"with failures: {samples.Count(sample => sample.Failed > 0)}.",
        "a second",
        [
            new("offered", "offered", [.. samples.Select(sample => sample.Offered)]),
            new("accepted", "accepted", [.. samples.Select(sample => sample.Accepted)]),
            new("refused", "refused", [.. samples.Select(sample => sample.Refused)]),
            new("failed", "failed", [.. samples.Select(sample => sample.Failed)]),
            new("applied", "applied", [.. AppliedPerSecond(samples)]),
        ]);

    private static Chart Latency(IReadOnlyList<Sample> samples)
    {
        Series Of(string name, string style, Func<Percentiles, double> pick) =>
            new(name, style, [.. samples.Select(sample => sample.Latency is { } latency ? pick(latency) : double.NaN)]);
        var answered = samples.Where(sample => sample.Latency is not null).ToList();
        var worst = answered.MaxBy(sample => sample.Latency!.P99);
        return new Chart("latency", "Latency from the intended moment of sending",
            worst is null
                ? "No answer came."
                : $"p50 {Span(answered, sample => sample.Latency!.P50)} ms, p99 {Span(answered, sample => sample.Latency!.P99)} ms; "
                    + $"the worst p99 was in second {Figure.Text(worst.At)}, seconds without an answer: {samples.Count - answered.Count}.",
            "ms",
            [
                Of("p50", "p50", latency => latency.P50), Of("p90", "p90", latency => latency.P90),
                Of("p99", "p99", latency => latency.P99), Of("p99.9", "p999", latency => latency.P999),
                Of("p99.99", "p9999", latency => latency.P9999), Of("max", "max", latency => latency.Max),
            ],
            IsLog: true, PeaksCount: true);
    }

    private static Chart Backlog(IReadOnlyList<Sample> samples) => new("backlog", "Lag and outbox",
        $"Accepted and not applied yet: at most {Figure.Text(Most(samples, sample => sample.Lag))}, "
        + $"{Figure.Text(samples.Count > 0 ? samples[^1].Lag : 0)} at the end. "
        + $"Events staged and not published yet: at most {Figure.Text(Most(samples, sample => sample.Outbox))}, "
        + $"{Figure.Text(samples.Count > 0 ? samples[^1].Outbox : 0)} at the end.",
        "records",
        [
            new("lag (accepted, not applied)", "a", [.. samples.Select(sample => sample.Lag)]),
            new("outbox (staged, not published)", "b", [.. samples.Select(sample => (double)sample.Outbox)]),
        ],
        PeaksCount: true);

    private static Chart PerProcess(
        string id, string title, string unit, IReadOnlyList<Sample> samples, Func<ProcessSample, double> pick, string summary)
    {
        var names = Names(samples);
        return new Chart(id, title, summary, unit,
        [
            .. names.Select((name, index) => new Series(name, Styles[index % Styles.Length],
                [.. samples.Select(sample => sample.Processes.FirstOrDefault(process => process.Name == name) is { } process
                    ? pick(process)
                    : double.NaN)])),
        ]);
    }

    private static string PeakText(IReadOnlyList<Sample> samples) => PerName(samples, "No process was watched.", of =>
        $"at most {Figure.Megabytes(of.Max(process => process.Rss))}");

    private static string CpuText(IReadOnlyList<Sample> samples) => PerName(samples, "No process was watched.", of =>
        $"{Figure.Text(of.Average(process => process.Cpu))} cores on average");

    private static string PerName(IReadOnlyList<Sample> samples, string none, Func<List<ProcessSample>, string> text)
    {
        var all = samples.SelectMany(sample => sample.Processes).ToLookup(process => process.Name);
        var names = Names(samples);
        return names.Count == 0 ? none : string.Join("; ", names.Select(name => $"{name} {text([.. all[name]])}")) + ".";
    }

    private static List<string> Names(IReadOnlyList<Sample> samples) =>
        [.. samples.SelectMany(sample => sample.Processes).Select(process => process.Name).Distinct(StringComparer.Ordinal)];

    // Samples carry the total, people read the rate.
    private static IEnumerable<double> AppliedPerSecond(IReadOnlyList<Sample> samples)
    {
        var (at, applied) = (0.0, 0L);
        foreach (var sample in samples)
        {
            yield return sample.At > at ? Math.Max(0, (sample.Applied - applied) / (sample.At - at)) : double.NaN;
            (at, applied) = (sample.At, sample.Applied);
        }
    }

    private static string Span(IReadOnlyList<Sample> samples, Func<Sample, double> pick)
    {
        var values = samples.Select(pick).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        return $"{Figure.Text(values.Min())} to {Figure.Text(values.Max())}";
    }

    private static double Most(IReadOnlyList<Sample> samples, Func<Sample, double> pick) => samples.Select(pick).DefaultIfEmpty(0).Max();
}
