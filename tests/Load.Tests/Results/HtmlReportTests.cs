using System.Xml;
using System.Xml.Linq;
using PaymentPipeline.Load.Results;
using Xunit;

namespace PaymentPipeline.Load.Tests.Results;

public sealed class HtmlReportTests
{
    private const string Hostile = "</title><script>alert(\"1\")</script>'\0\u001b";

    [Fact]
    public void The_page_is_well_formed_and_has_a_chart_with_title_summary_and_table_for_each_subject()
    {
        var page = Parse(HtmlReport.Render(SampleRun.Report()));

        var charts = page.Descendants("figure").ToList();
        Assert.Equal(["throughput", "latency", "backlog", "memory", "cpu"], charts.Select(chart => chart.Attribute("id")!.Value));
        Assert.All(charts, chart =>
        {
            Assert.NotEmpty(chart.Descendants("title").Single().Value);
            Assert.NotEmpty(chart.Descendants("desc").Single().Value);
            Assert.Equal(90, chart.Descendants("tbody").Single().Elements("tr").Count());
        });
    }

    [Theory]
    [InlineData("throughput", "offered", "accepted", "refused", "failed", "applied")]
    [InlineData("latency", "p50", "p90", "p99", "p99.9", "p99.99", "max")]
    [InlineData("backlog", "lag (accepted, not applied)", "outbox (staged, not published)")]
    [InlineData("memory", "ingress", "processors", "postgres", "kafka", "load")]
    [InlineData("cpu", "ingress", "processors", "postgres", "kafka", "load")]
    public void Each_series_has_its_line_its_key_and_its_column(string id, params string[] series)
    {
        var chart = Parse(HtmlReport.Render(SampleRun.Report())).Descendants("figure").Single(figure => figure.Attribute("id")!.Value == id);

        Assert.Equal(series, chart.Descendants("li").Select(key => key.Value));
        Assert.Equal(["second", .. series], chart.Descendants("thead").Descendants("th").Select(column => column.Value));
        var drawing = chart.Descendants("div").Single(part => part.Attribute("class")?.Value == "area").Element("svg")!;
        var lines = drawing.Elements("path").Where(path => path.Attribute("class")!.Value.StartsWith("line ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.Contains('L', line.Attribute("d")!.Value));
        Assert.Equal(series.Length, lines.Count());
    }

    [Fact]
    public void A_second_without_answers_is_a_gap_in_the_latencies()
    {
        var page = HtmlReport.Render(SampleRun.Report());

        var line = Parse(page).Descendants("path").First(path => path.Attribute("class")?.Value == "line p50" && path.Attribute("d")!.Value.Length > 50);

        Assert.Equal(2, line.Attribute("d")!.Value.Count(letter => letter == 'M'));
    }

    [Fact]
    public void Marks_rounds_machine_settings_and_the_verdict_are_told()
    {
        var text = Parse(HtmlReport.Render(SampleRun.Report())).Value;

        Assert.All(
            ["ingress killed", "floor, bare endpoint", "ratio to bare endpoint", "Example CPU", "kafka flush.messages", "Processors__BatchRecordsMax",
                "every invariant holds", "I8 versions rise by one"],
            told => Assert.Contains(told, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Marks_are_numbered_and_those_too_close_for_two_numbers_share_one()
    {
        var page = Parse(HtmlReport.Render(SampleRun.Report() with { Marks = [new(10, "a"), new(12, "b"), new(13, "c"), new(60, "d")] }));

        var flags = page.Descendants("figure").First().Descendants("span").Where(span => span.Attribute("class")?.Value == "flag").ToList();
        Assert.Equal(["1–3", "4"], flags.Select(flag => flag.Value));
        Assert.Equal(["a; b; c", "d"], flags.Select(flag => flag.Attribute("title")!.Value));
    }

    [Fact]
    public void A_broken_invariant_is_not_called_clean()
    {
        var page = HtmlReport.Render(SampleRun.Report() with { Verify = new VerifyResult(false, ["I8 broken"]) });

        Assert.Contains("verify found violations", page, StringComparison.Ordinal);
        Assert.DoesNotContain("every invariant holds", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_loaded_from_anywhere()
    {
        var page = HtmlReport.Render(SampleRun.Report(), Baseline.Compare(SampleRun.Report(), SampleRun.Report()));

        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Parse(page).Descendants(), element => element.Name.LocalName is "script" or "link" or "img" or "iframe");
        Assert.DoesNotContain(Parse(page).Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "href");
    }

    [Fact]
    public void A_hostile_name_stays_text_wherever_it_stands()
    {
        var report = SampleRun.Report();
        report = report with
        {
            Profile = Hostile, Engine = Hostile,
            Machine = report.Machine with { Cpu = Hostile, Durability = new Dictionary<string, string> { [Hostile] = Hostile } },
            Settings = new Dictionary<string, string> { [Hostile] = Hostile },
            Rounds = [new RoundResult(Hostile, 1, null, new Dictionary<string, double> { [Hostile] = 1 })],
            Marks = [new Mark(3, Hostile)],
            Samples = [.. report.Samples.Select(sample => sample with { Processes = [new ProcessSample(Hostile, 1, 1)] })],
            Summary = report.Summary with
            {
                ByStatus = new Dictionary<string, long> { [Hostile] = 1 }, Processes = [new ProcessSummary(Hostile, 1, 1)],
            },
            Verify = new VerifyResult(false, [Hostile]),
        };

        var page = HtmlReport.Render(report, Baseline.Compare(report, SampleRun.Report()));

        Assert.Empty(Parse(page).Descendants("script"));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\0', page);
    }

    [Fact]
    public void A_long_run_is_put_together_so_that_the_page_stays_small()
    {
        var page = HtmlReport.Render(SampleRun.Report(seconds: 24 * 3600));

        Assert.All(Parse(page).Descendants("figure").Descendants("tbody"), table => Assert.InRange(table.Elements("tr").Count(), 1, 120));
        Assert.InRange(page.Length, 1, 1_000_000);
    }

    [Fact]
    public void A_run_without_samples_or_rounds_is_still_a_page()
    {
        var page = HtmlReport.Render(SampleRun.Report() with { Samples = [], Rounds = [], Marks = [], Verify = null });

        Assert.Empty(Parse(page).Descendants("figure"));
        Assert.Contains("not verified", page, StringComparison.Ordinal);
    }

    private static XElement Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XElement.Load(reader);
    }
}
