using System.Text;
using OpenTelemetry.Metrics;

namespace PaymentPipeline.Hosting.Telemetry;

/// <summary>
/// OpenTelemetry's names in Prometheus' words, after OpenTelemetry's "Prometheus and OpenMetrics compatibility": dots
/// become underscores, the unit is spelled out and appended, counters end in <c>_total</c>. One rule is our own:
/// <c>_count</c> is reserved for histograms, so a gauge that ends in it (dotnet.thread_pool.thread.count) ends in <c>_number</c>.
/// </summary>
internal static class PrometheusNames
{
    public static string Family(string name, string unit, MetricType type)
    {
        var family = Sanitize(name);
        var suffix = UnitSuffix(unit, type);
        if (suffix.Length > 0 && !family.EndsWith(suffix, StringComparison.Ordinal)) family += suffix;
        if (IsCounter(type)) return family.EndsWith("_total", StringComparison.Ordinal) ? family : family + "_total";
        if (!type.IsHistogram() && family.EndsWith("_count", StringComparison.Ordinal)) return family[..^"_count".Length] + "_number";
        return family;
    }

    public static bool IsCounter(MetricType type) => type is MetricType.LongSum or MetricType.DoubleSum;

    /// <summary>Letters, digits and underscores only, none at the front a digit, no two underscores in a row.</summary>
    public static string Sanitize(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            var kept = char.IsAsciiLetterOrDigit(c) ? c : '_';
            if (text.Length == 0 && char.IsAsciiDigit(kept)) text.Append('_');
            if (kept != '_' || text.Length == 0 || text[^1] != '_') text.Append(kept);
        }
        return text.ToString();
    }

    private static string UnitSuffix(string unit, MetricType type) => unit switch
    {
        "" => "",
        "1" => type.IsLong() || type.IsHistogram() || IsCounter(type) ? "" : "_ratio",
        "s" => "_seconds",
        "ms" => "_milliseconds",
        "By" => "_bytes",
        "%" => "_percent",
        // An annotation such as {request} says what is counted, not in which unit.
        _ when unit.StartsWith('{') => "",
        _ => "_" + Sanitize(unit),
    };
}
