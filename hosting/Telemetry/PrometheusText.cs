using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace PaymentPipeline.Hosting.Telemetry;

/// <summary>
/// Prometheus' text format 0.0.4: per family one HELP and one TYPE line, then its samples. Instruments of the same name
/// on several meters are one family, because the format allows a family only once.
/// </summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static byte[] Render(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in metrics.GroupBy(metric => PrometheusNames.Family(metric.Name, metric.Unit ?? "", metric.MetricType)))
            AppendFamily(text, family.Key, [.. family]);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendFamily(StringBuilder text, string name, List<Metric> metrics)
    {
        var first = metrics[0];
        var help = string.IsNullOrWhiteSpace(first.Description) ? first.Name : first.Description;
        text.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeWord(first.MetricType)).Append('\n');
        foreach (var metric in metrics)
        {
            // Two instruments that disagree on the type cannot share a family; the first one wins.
            if (TypeWord(metric.MetricType) != TypeWord(first.MetricType)) continue;
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                if (metric.MetricType.IsHistogram()) AppendHistogram(text, name, in point);
                else AppendSample(text, name, Labels(point.Tags), Value(metric.MetricType, in point));
            }
        }
    }

    private static void AppendHistogram(StringBuilder text, string name, in MetricPoint point)
    {
        var labels = Labels(point.Tags);
        var separator = labels.Length == 0 ? "" : ",";
        long cumulative = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            cumulative += bucket.BucketCount;
            AppendSample(text, name + "_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", Number(cumulative));
        }
        AppendSample(text, name + "_sum", labels, Number(point.GetHistogramSum()));
        AppendSample(text, name + "_count", labels, Number(point.GetHistogramCount()));
    }

    private static void AppendSample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string TypeWord(MetricType type) =>
        PrometheusNames.IsCounter(type) ? "counter" : type.IsHistogram() ? "histogram" : "gauge";

    private static string Value(MetricType type, in MetricPoint point) => type switch
    {
        MetricType.LongSum or MetricType.LongSumNonMonotonic => Number(point.GetSumLong()),
        MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic => Number(point.GetSumDouble()),
        MetricType.LongGauge => Number(point.GetGaugeLastValueLong()),
        MetricType.DoubleGauge => Number(point.GetGaugeLastValueDouble()),
        _ => throw new System.Diagnostics.UnreachableException($"A {type} is no plain sample."),
    };

    private static string Labels(ReadOnlyTagCollection tags)
    {
        if (tags.Count == 0) return "";
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(PrometheusNames.Sanitize(key)).Append("=\"");
            text.Append(EscapeLabel(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }
        return text.ToString();
    }

    private static string EscapeLabel(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeHelp(string help) =>
        help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
