using System.Diagnostics.Metrics;

namespace PaymentPipeline.Ingress;

/// <summary>What came, what was taken, what was refused and why, and how long the log took.</summary>
internal sealed class IngressMetrics : IDisposable
{
    private readonly Meter _meter = new("PaymentPipeline.Ingress");
    private readonly WebhookCounts _elsewhere = new("none");
    private readonly WebhookCounts[] _gateways;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _secretUsed;
    private readonly Histogram<double> _append;

    public IngressMetrics(InFlightLimits limits, WebhookRoutes routes)
    {
        const string Prefix = "paymentpipeline.ingress.";
        _gateways = [.. routes.All.Select(route => route.Counts).Distinct()];
        _meter.CreateObservableCounter(Prefix + "webhooks.received",
            () => _gateways.Append(_elsewhere).Select(counts => new Measurement<long>(counts.Received, counts.GatewayTag)),
            "{webhook}", "Requests to a webhook address");
        _meter.CreateObservableCounter(Prefix + "webhooks.accepted",
            () => _gateways.Select(counts => new Measurement<long>(counts.Accepted, counts.GatewayTag)),
            "{webhook}", "Answered 200: authentic and durable");
        _refused = _meter.CreateCounter<long>(Prefix + "webhooks.refused", "{webhook}", "Not taken, by reason");
        _secretUsed = _meter.CreateCounter<long>(
            Prefix + "secret.used", "{webhook}", "Accepted webhooks by the secret that matched; a retired one should stand still");
        _meter.CreateObservableCounter(Prefix + "body.size",
            () => _gateways.Select(counts => new Measurement<long>(counts.BodyBytes, counts.GatewayTag)), "By", "Bytes of complete bodies");
        _append = _meter.CreateHistogram<double>(Prefix + "append.duration", "s", "From the append to the log's word that it is durable");
        _meter.CreateObservableUpDownCounter(
            Prefix + "requests.in_flight", () => limits.Requests, "{request}", "Being verified or appended");
        _meter.CreateObservableUpDownCounter(Prefix + "buffered", () => limits.Bytes, "By", "Rented for bodies");
    }

    public void Received(WebhookRoute? route) => (route?.Counts ?? _elsewhere).AddReceived();

    public void Refused(WebhookRoute? route, string reason) =>
        _refused.Add(1, (route?.Counts ?? _elsewhere).GatewayTag, new("reason", reason));

    public void Appended(TimeSpan took) => _append.Record(took.TotalSeconds);

    public void Accepted(WebhookRoute route, string? secretId)
    {
        route.Counts.AddAccepted();
        _secretUsed.Add(1, route.GatewayTag, route.AccountTag, new("secret", secretId));
    }

    public void Dispose() => _meter.Dispose();
}
