namespace PaymentPipeline.Load.Results;

/// <summary>The tables of the page.</summary>
internal static class ReportTables
{
    private static readonly Markup nothing = new("");

    public static Markup Baseline(BaselineComparison? baseline) => baseline is null
        ? nothing
        : Markup.Of($"""
            <section aria-labelledby="baseline">
            <h2 id="baseline">Beside the run of {baseline.EarlierStartedAt.ToUniversalTime():yyyy-MM-dd HH:mm} UTC</h2>
            {(baseline.Warnings.Count == 0
                ? nothing
                : Markup.Of($"""<ul class="warn">{baseline.Warnings.Select(warning => Markup.Of($"<li>{warning}</li>"))}</ul>"""))}
            <div class="wide" tabindex="0"><table><caption>Within 5 % is called the same.</caption>
            <thead>{Header("figure", "now", "earlier", "now / earlier", "verdict")}</thead>
            <tbody>{baseline.Figures.Select(Row)}</tbody></table></div></section>
            """);

    public static Markup Rounds(IReadOnlyList<RoundResult> rounds)
    {
        List<RoundLine> lines = [.. RoundLines.Of(rounds).OrderByDescending(line => line.IsRatio)];
        if (lines.Count == 0) return nothing;
        var most = lines.Max(line => line.Values.Count);
        var columns = Enumerable.Range(1, most).Select(round => $"round {round}");
        return Markup.Of($"""
            <section aria-labelledby="rounds"><h2 id="rounds">Rounds</h2>
            <div class="wide" tabindex="0"><table>
            <caption>Floors and ours in turn; ratios, which come first here, are taken within their round.</caption>
            <thead>{Header(["figure", "median", "smallest", "largest", .. columns])}</thead>
            <tbody>{lines.Select(line => Row(line, most))}</tbody></table></div></section>
            """);
    }

    public static Markup Summary(Summary summary) => Table("summary", "Summary",
    [
        ("offered",
            $"{Figure.Text(summary.Offered)} in {Figure.Text(summary.Seconds)} s, {Figure.Text(summary.OfferedPerSecond)} a second"),
        ("sent", Figure.Text(summary.Sent)),
        ("accepted (2xx)", $"{Figure.Text(summary.Accepted)}, {Figure.Text(summary.AcceptedPerSecond)} a second"),
        .. summary.Sent > summary.Offered ? (IEnumerable<(string, string)>)[("sent again", Again)] : [],
        ("refused (429, 503)", Figure.Text(summary.Refused)),
        ("failed (another answer or none)", Figure.Text(summary.Failed)),
        .. summary.ByStatus.OrderBy(status => status.Key, StringComparer.Ordinal)
            .Select(status => ($"status {status.Key}", Figure.Text(status.Value))),
        ("latency p50", Figure.Ms(summary.Latency.P50)),
        ("latency p90", Figure.Ms(summary.Latency.P90)),
        ("latency p99", Figure.Ms(summary.Latency.P99)),
        ("latency p99.9", Figure.Ms(summary.Latency.P999)),
        ("latency p99.99", Figure.Ms(summary.Latency.P9999)),
        ("latency max", Figure.Ms(summary.Latency.Max)),
        ("backlog gone after", summary.DrainSeconds is { } drain ? $"{Figure.Text(drain)} s" : "not waited for"),
    ]);

    // Of a peak with deaths a reader asks why.
    private const string Again = "What got no answer, 429 or 503 comes back until it hears 2xx, as gateways do: after a death more is sent and "
        + "accepted for a while than is offered. A duplicate is an arrival like any other, and counts as offered.";

    public static Markup Processes(IReadOnlyList<ProcessSummary> processes) => processes.Count == 0
        ? nothing
        : Markup.Of($"""
            <section aria-labelledby="processes"><h2 id="processes">Processes</h2>
            <div class="wide" tabindex="0"><table>
            <thead>{Header("process", "peak memory", "CPU a webhook")}</thead>
            <tbody>{processes.Select(Row)}</tbody></table></div></section>
            """);

    public static Markup Machine(Machine machine) => Table("machine", "Machine",
    [
        ("processor", $"{machine.Cpu}, {machine.Cores} cores"),
        ("memory", $"{Figure.Text(machine.Memory / (double)(1 << 30))} GB"),
        ("system", $"{machine.Os}, kernel {machine.Kernel}"),
        (".NET", machine.DotNet),
        ("PostgreSQL", machine.PostgreSql),
        .. Known("Kafka", machine.Kafka),
        .. Known("librdkafka", machine.Librdkafka),
        .. machine.Durability.Select(setting => (setting.Key, setting.Value)),
    ]);

    public static Markup Settings(IReadOnlyDictionary<string, string> settings) =>
        Table("settings", "Settings", [.. settings.Select(setting => (setting.Key, setting.Value))]);

    private static Markup Table(string id, string title, IReadOnlyList<(string Name, string Value)> rows) => rows.Count == 0
        ? nothing
        : Markup.Of($"""
            <section aria-labelledby="{id}"><h2 id="{id}">{title}</h2>
            <div class="wide"><table class="plain"><tbody>{rows.Select(row => Markup.Of($"""<tr><th scope="row">{row.Name}</th><td class="text">{row.Value}</td></tr>"""))}</tbody></table></div></section>
            """);

    private static Markup Row(BaselineFigure figure) => Markup.Of($"""
        <tr>{Cells(figure.Name, Figure.Text(figure.Now), Figure.Text(figure.Earlier), BaselineComparison.RatioText(figure))}
        <td><span class="badge {Colour(figure.Verdict)}">{figure.Verdict}</span></td></tr>
        """);

    private static Markup Row(RoundLine line, int most) => Markup.Of($"""
        <tr class="{(line.IsRatio ? "ratio" : line.IsFloor ? "floor" : "ours")}">
        {Cells(line.Name, [.. Values(line, most).Select(Figure.Text)])}</tr>
        """);

    private static Markup Row(ProcessSummary process) => Markup.Of($"""
        <tr>{Cells(process.Name, Figure.Megabytes(process.PeakRss), $"{Figure.Text(process.CpuMicrosPerWebhook)} µs")}</tr>
        """);

    private static IEnumerable<double> Values(RoundLine line, int most) =>
        [line.Median, line.Min, line.Max, .. line.Values, .. Enumerable.Repeat(double.NaN, most - line.Values.Count)];

    private static Markup Header(params string[] names) =>
        Markup.Of($"""<tr>{names.Select(name => Markup.Of($"""<th scope="col">{name}</th>"""))}</tr>""");

    private static Markup Cells(string name, params string[] values) =>
        Markup.Of($"""<th scope="row">{name}</th>{values.Select(value => Markup.Of($"<td>{value}</td>"))}""");

    private static string Colour(string verdict) => verdict switch { "better" => "good", "worse" => "bad", _ => "" };

    private static IEnumerable<(string, string)> Known(string name, string? value) => value is null ? [] : [(name, value)];
}
