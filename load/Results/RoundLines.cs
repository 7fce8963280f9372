using System.Text.RegularExpressions;

namespace PaymentPipeline.Load.Results;

/// <summary>One figure over all rounds, in the order played.</summary>
internal sealed record RoundLine(string Name, IReadOnlyList<double> Values)
{
    public bool IsFloor => Name.StartsWith("floor", StringComparison.OrdinalIgnoreCase);
    public bool IsRate => Name.EndsWith(RoundLines.Rate, StringComparison.Ordinal);
    public bool IsRatio => Name.Contains("ratio", StringComparison.OrdinalIgnoreCase);

    /// <summary>The middle one; of an even number the lower of the two. Rounds without the figure do not count.</summary>
    public double Median => Known.Order().ElementAt((Known.Count - 1) / 2);
    public double Min => Known.Min();
    public double Max => Known.Max();

    private List<double> Known { get; } = [.. Values.Where(double.IsFinite).DefaultIfEmpty(double.NaN)];
}

/// <summary>The rounds of a run, figure by figure: rates, then latencies and further figures of the same measurement.</summary>
internal static partial class RoundLines
{
    public const string Rate = ", a second";

    public static List<RoundLine> Of(IReadOnlyList<RoundResult> rounds) =>
    [
        .. rounds.GroupBy(round => Measurement(round.Name), StringComparer.Ordinal).SelectMany(group => Lines(group.Key, [.. group])),
    ];

    private static IEnumerable<RoundLine> Lines(string name, List<RoundResult> rounds)
    {
        yield return new RoundLine($"{name}{Rate}", [.. rounds.Select(round => round.Rate)]);
        if (rounds.Any(round => round.Latency is not null))
        {
            yield return new RoundLine($"{name}, p50 ms", [.. rounds.Select(round => round.Latency?.P50 ?? double.NaN)]);
            yield return new RoundLine($"{name}, p99 ms", [.. rounds.Select(round => round.Latency?.P99 ?? double.NaN)]);
        }
        foreach (var figure in rounds.SelectMany(round => round.Figures.Keys).Distinct(StringComparer.Ordinal))
            yield return new RoundLine($"{name}, {figure}",
                [.. rounds.Select(round => round.Figures.GetValueOrDefault(figure, double.NaN))]);
    }

    private static string Measurement(string name)
    {
        var measurement = Round().Replace(name, "");
        return measurement.Length == 0 ? "rate" : measurement;
    }

    [GeneratedRegex(@"^\s*round \d+\s*[:,]?\s*", RegexOptions.IgnoreCase)]
    private static partial Regex Round();
}
