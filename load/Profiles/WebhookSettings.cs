using PaymentPipeline.Load.Sending;

namespace PaymentPipeline.Load.Profiles;

/// <summary>What a profile of webhooks sends.</summary>
/// <param name="Bytes">Of each body; null for the mix.</param>
/// <param name="Kills">What is killed at the highest load, in turn.</param>
internal sealed record WebhookSettings(
    RateCurve Curve, double Fresh, double Duplicates, int? Bytes, double Adyen, double PayPal, IReadOnlyList<string[]> Kills)
{
    public IEnumerable<KeyValuePair<string, string>> Words()
    {
        static string Percent(double share) => FormattableString.Invariant($"{share:P0}");
        yield return new("seconds", FormattableString.Invariant($"{Curve.Seconds:F0}"));
        yield return new("peak rate", FormattableString.Invariant($"{Curve.Peak:F0}/s"));
        yield return new("fresh connections", Percent(Fresh));
        yield return new("duplicates", Percent(Duplicates));
        yield return new("body", Bytes is { } bytes ? $"{bytes} bytes" : "0.5 to 20 KB");
        yield return new("Adyen", Percent(Adyen));
        if (Kills.Count > 0) yield return new("killed", string.Join("; ", Kills.Select(set => string.Join(" and ", set))));
    }
}
