using System.Globalization;
using System.Text;

namespace PaymentPipeline.Load.Results;

/// <summary>One line of a chart.</summary>
/// <param name="Style">The class of its colour and dashes in report.css.</param>
/// <param name="Values">One per second of the run; NaN leaves a gap.</param>
internal sealed record Series(string Name, string Style, IReadOnlyList<double> Values);

/// <summary>What is drawn over the seconds of a run.</summary>
/// <param name="Unit">Of the values: written at the axis and in the table.</param>
/// <param name="PeaksCount">Where seconds are put together: true keeps the largest, false the mean.</param>
internal sealed record Chart(
    string Id, string Title, string Summary, string Unit, IReadOnlyList<Series> Series, bool IsLog = false, bool PeaksCount = false);

/// <summary>
/// A chart as a figure: a drawing that stretches with the page while its words keep their size (they are HTML around the drawing),
/// a summary in words, and the figures as a table. Needs no script.
/// </summary>
internal sealed class ChartWriter(IReadOnlyList<double> seconds, IReadOnlyList<Mark> marks)
{
    private const int PointsMax = 600;
    private const int RowsMax = 120;
    private const double Width = 1000;

    // As a share of the width, on a telephone.
    private const double FlagWidth = 0.05;
    private const double Height = 300;

    private readonly ChartScale _x = ChartScale.Time(seconds.Concat(marks.Select(mark => mark.At)).DefaultIfEmpty(1).Max());

    public Markup Write(Chart chart)
    {
        var y = ScaleOf(chart);
        return Markup.Of($"""
            <figure class="chart" id="{chart.Id}">
            <figcaption><h3>{chart.Title}</h3><p>{chart.Summary}</p></figcaption>
            <ul class="legend">{chart.Series.Select(Key)}</ul>
            <div class="plot">
            <p class="unit" aria-hidden="true">{chart.Unit}{(chart.IsLog ? ", logarithmic" : "")}</p>
            <div class="y" aria-hidden="true">{y.Ticks.Select(tick => YLabel(tick, y.At(tick)))}</div>
            <div class="area">{Drawing(chart, y)}{Flags()}</div>
            <div class="x" aria-hidden="true">{_x.Ticks.Select((tick, index) => XLabel(tick, index))}</div>
            <p class="unit right" aria-hidden="true">seconds since the start</p>
            </div>
            {Table(chart)}
            </figure>
            """);
    }

    private static ChartScale ScaleOf(Chart chart)
    {
        var values = chart.Series.SelectMany(series => series.Values).Where(double.IsFinite).DefaultIfEmpty(0).ToList();
        return chart.IsLog
            ? ChartScale.Log(values.Where(value => value > 0).DefaultIfEmpty(1).Min(), values.Max())
            : ChartScale.Linear(values.Max());
    }

    private Markup Drawing(Chart chart, ChartScale y) => Markup.Of($"""
        <svg viewBox="0 0 1000 300" preserveAspectRatio="none" role="img" aria-labelledby="{chart.Id}-title {chart.Id}-text">
        <title id="{chart.Id}-title">{chart.Title}</title><desc id="{chart.Id}-text">{chart.Summary}</desc>
        <path class="grid" d="{string.Concat(y.Ticks.Select(tick => $"M0 {Number(Height * (1 - y.At(tick)))}H1000"))}"/>
        <path class="event" d="{string.Concat(marks.Select(mark => $"M{Number(Width * _x.At(mark.At))} 0V300"))}"/>
        {chart.Series.Select(series => Markup.Of($"""<path class="line {series.Style}" d="{Path(chart, series, y)}"/>"""))}
        </svg>
        """);

    // A gap in the values is a gap in the line; a second alone between two gaps is still a dot.
    private string Path(Chart chart, Series series, ChartScale y)
    {
        var path = new StringBuilder();
        var isDrawing = false;
        foreach (var (from, to) in Ranges(PointsMax))
        {
            var value = Together(chart, series, from, to);
            if (!double.IsNaN(value))
            {
                var point = $"{Number(Width * _x.At(seconds[to - 1]))} {Number(Height * (1 - y.At(value)))}";
                path.Append(isDrawing ? "L" : "M").Append(point);
                if (!isDrawing) path.Append("h0");
            }
            isDrawing = !double.IsNaN(value);
        }
        return path.ToString();
    }

    private Markup Table(Chart chart)
    {
        var ranges = Ranges(RowsMax).ToList();
        var each = ranges.Count > 0 ? ranges[0].To - ranges[0].From : 1;
        var note = each == 1 ? "one second a row" : $"{each} seconds a row, {(chart.PeaksCount ? "the largest" : "the mean")} of them";
        return Markup.Of($"""
            <details><summary>The figures as a table ({chart.Unit}, {note})</summary>
            <div class="wide" tabindex="0"><table><caption>{chart.Title}, {chart.Unit}</caption>
            <thead><tr><th scope="col">second</th>{chart.Series.Select(series => Markup.Of($"""<th scope="col">{series.Name}</th>"""))}</tr></thead>
            <tbody>{ranges.Select(range => Row(chart, range.From, range.To))}</tbody></table></div></details>
            """);
    }

    private Markup Row(Chart chart, int from, int to) => Markup.Of(
        $"""<tr><th scope="row">{seconds[to - 1]:0.#}</th>{chart.Series.Select(series => Cell(Together(chart, series, from, to)))}</tr>""");

    private static Markup Cell(double value) => Markup.Of($"<td>{Figure.Text(value)}</td>");

    private static double Together(Chart chart, Series series, int from, int to)
    {
        var values = series.Values.Skip(from).Take(to - from).Where(double.IsFinite).ToList();
        if (values.Count == 0) return double.NaN;
        return chart.PeaksCount ? values.Max() : values.Average();
    }

    private IEnumerable<(int From, int To)> Ranges(int most)
    {
        var size = Math.Max(1, (int)Math.Ceiling(seconds.Count / (double)most));
        for (var from = 0; from < seconds.Count; from += size) yield return (from, Math.Min(seconds.Count, from + size));
    }

    private static Markup Key(Series series) => Markup.Of(
        $"""<li><svg viewBox="0 0 28 4" aria-hidden="true"><path class="line {series.Style}" d="M0 2H28"/></svg>{series.Name}</li>""");

    private static Markup YLabel(double tick, double at) =>
        Markup.Of($"""<span style="bottom:{Number(at * 100)}%">{Figure.Text(tick)}</span>""");

    private Markup XLabel(double tick, int index) => Markup.Of(
        $"""<span class="{(index % 2 == 0 ? "even" : "odd")}" style="left:{Number(_x.At(tick) * 100)}%">{Figure.Text(tick)}</span>""");

    // Marks that stand too close for two numbers share one: "3–5".
    private IEnumerable<Markup> Flags()
    {
        var first = 0;
        for (var next = 1; next <= marks.Count; next++)
        {
            if (next < marks.Count && _x.At(marks[next].At) - _x.At(marks[first].At) < FlagWidth) continue;
            var told = string.Join("; ", marks.Skip(first).Take(next - first).Select(mark => mark.Text));
            var number = next - first == 1 ? $"{next}" : $"{first + 1}–{next}";
            yield return Markup.Of(
                $"""<span class="flag" style="left:{Number(_x.At(marks[first].At) * 100)}%" title="{told}">{number}</span>""");
            first = next;
        }
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
