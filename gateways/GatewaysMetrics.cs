using System.Diagnostics.Metrics;

namespace PaymentPipeline.Gateways;

/// <summary>What gateways do beside judging and reading; verdicts are counted where they are answered.</summary>
internal static class GatewaysMetrics
{
    private static readonly Meter Meter = new("PaymentPipeline.Gateways");

    private static readonly Counter<long> Fetches = Meter.CreateCounter<long>(
        "paymentpipeline.gateways.certificates.fetches", description: "Certificates fetched from a gateway, by outcome.");

    private static readonly Counter<long> Calls = Meter.CreateCounter<long>(
        "paymentpipeline.gateways.calls", description: "Calls to a gateway's API, by gateway, kind and outcome.");

    private static readonly Histogram<double> CallSeconds = Meter.CreateHistogram<double>(
        "paymentpipeline.gateways.call.duration", "s", "How long a call took, with all its tries.");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "paymentpipeline.gateways.retries", description: "Tries after a call's first one, by gateway and kind.");

    private static readonly Counter<long> BreakerTurns = Meter.CreateCounter<long>(
        "paymentpipeline.gateways.breaker.turns", description: "How often a gateway's breaker went to a state.");

    /// <param name="kind">create, confirm, capture and so on.</param>
    /// <param name="outcome">answered, or the code of the <see cref="GatewayFailure"/> of the HTTP call.</param>
    public static void Called(string gateway, string kind, string outcome, TimeSpan took)
    {
        Calls.Add(1, new("gateway", gateway), new("kind", kind), new("outcome", outcome));
        CallSeconds.Record(took.TotalSeconds, new("gateway", gateway), new("kind", kind));
    }

    public static void TriedAgain(string gateway, string kind) =>
        Retries.Add(1, new("gateway", gateway), new KeyValuePair<string, object?>("kind", kind));

    public static void BreakerTurned(string gateway, string state) =>
        BreakerTurns.Add(1, new("gateway", gateway), new KeyValuePair<string, object?>("state", state));

    /// <param name="outcome">trusted, refused, unavailable or rate_limited.</param>
    public static void CertificateFetched(string outcome) => Fetches.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
