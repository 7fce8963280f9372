namespace PaymentPipeline.Load.Results;

/// <summary>
/// A run as one HTML file that needs nothing else: no script, font or picture from anywhere, readable in light and dark, on a
/// telephone and on paper.
/// </summary>
internal static class HtmlReport
{
    private static readonly Lazy<Markup> style = new(ReadStyle);

    public static Task WriteAsync(
        LoadReport report, BaselineComparison? baseline, string file, CancellationToken cancellationToken = default) =>
        File.WriteAllTextAsync(file, Render(report, baseline), cancellationToken);

    public static string Render(LoadReport report, BaselineComparison? baseline = null)
    {
        var charts = new ChartWriter([.. report.Samples.Select(sample => sample.At)], report.Marks);
        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>Load: {report.Profile} on {report.Engine}, {report.StartedAt:yyyy-MM-dd HH:mm}</title>
            <style>{style.Value}</style>
            </head>
            <body>
            <header>
            <h1>Load: {report.Profile} on {report.Engine}</h1>
            <p class="soft">{report.StartedAt.ToUniversalTime():yyyy-MM-dd HH:mm:ss} UTC, {Figure.Text(report.Summary.Seconds)} seconds,
            {report.Machine.Cores} cores ({report.Machine.Cpu})</p>
            {Verdict(report.Verify)}
            </header>
            <main>
            {Tiles(report)}
            {ReportTables.Baseline(baseline)}
            {ReportTables.Rounds(report.Rounds)}
            {(report.Samples.Count == 0 ? new Markup("") : Charts(report, charts))}
            {ReportTables.Summary(report.Summary)}
            {ReportTables.Processes(report.Summary.Processes)}
            {ReportTables.Machine(report.Machine)}
            {ReportTables.Settings(report.Settings)}
            {Verify(report.Verify)}
            <footer class="soft"><p>Latency counts from the moment at which a request was due, not from when it was sent. Every second
            of the run is in the JSON file beside this page.</p></footer>
            </main>
            </body>
            </html>
            """).Html;
    }

    private static Markup ReadStyle()
    {
        using var file = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(file);
        return new Markup(reader.ReadToEnd());
    }

    private static Markup Verdict(VerifyResult? verify) => verify switch
    {
        null => Markup.Of($"""<p><span class="badge warn">not verified</span></p>"""),
        { Clean: true } => Markup.Of($"""<p><span class="badge good">verified: every invariant holds</span></p>"""),
        _ => Markup.Of($"""<p><span class="badge bad">verify found violations</span></p>"""),
    };

    private static Markup Tiles(LoadReport report)
    {
        var summary = report.Summary;
        return Markup.Of($"""
            <dl class="tiles">
            {Tile("accepted", Figure.Text(summary.AcceptedPerSecond), $"a second of {Figure.Text(summary.OfferedPerSecond)} offered")}
            {Tile("p50", Figure.Text(summary.Latency.P50), "ms")}
            {Tile("p99", Figure.Text(summary.Latency.P99), "ms")}
            {Tile("p99.9", Figure.Text(summary.Latency.P999), "ms")}
            {Tile("refused (429, 503)", Figure.Text(summary.Refused), $"of {Figure.Text(summary.Sent)}")}
            {Tile("failed", Figure.Text(summary.Failed), $"of {Figure.Text(summary.Sent)}")}
            {(summary.DrainSeconds is { } drain ? Tile("backlog gone after", Figure.Text(drain), "s") : new Markup(""))}
            </dl>
            """);
    }

    private static Markup Tile(string name, string value, string unit) =>
        Markup.Of($"<div><dt>{name}</dt><dd>{value} <small>{unit}</small></dd></div>");

    private static Markup Charts(LoadReport report, ChartWriter charts) => Markup.Of($"""
        <section aria-labelledby="over-time"><h2 id="over-time">Over time</h2>
        {MarkList(report.Marks)}
        {RunCharts.Of(report).Select(charts.Write)}
        </section>
        """);

    private static Markup MarkList(IReadOnlyList<Mark> marks) => marks.Count == 0
        ? new Markup("")
        : Markup.Of($"""
            <p class="soft">The numbered vertical lines:</p>
            <ol class="marks">{marks.Select(mark => Markup.Of($"<li>second {Figure.Text(mark.At)}: {mark.Text}</li>"))}</ol>
            """);

    private static Markup Verify(VerifyResult? verify) => verify is null
        ? new Markup("")
        : Markup.Of($"""
            <section aria-labelledby="verify"><h2 id="verify">Verify</h2>
            {Verdict(verify)}
            <pre tabindex="0">{string.Join('\n', verify.Lines)}</pre></section>
            """);
}
