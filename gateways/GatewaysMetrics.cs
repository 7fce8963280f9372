using System.Diagnostics.Metrics;

namespace PaymentPipeline.Gateways;

/// <summary>What gateways do beside judging and reading; verdicts are counted where they are answered.</summary>
internal static class GatewaysMetrics
{
    private static readonly Meter Meter = new("PaymentPipeline.Gateways");

    private static readonly Counter<long> Fetches = Meter.CreateCounter<long>(
        "paymentpipeline.gateways.certificates.fetches", description: "Certificates fetched from a gateway, by outcome.");

    /// <param name="outcome">trusted, refused, unavailable or rate_limited.</param>
    public static void CertificateFetched(string outcome) => Fetches.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
