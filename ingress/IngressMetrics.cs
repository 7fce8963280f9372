using System.Diagnostics.Metrics;

namespace PaymentPipeline.Ingress;

/// <summary>What came, what was taken, what was refused and why, and how long the log took.</summary>
internal sealed class IngressMetrics : IDisposable
{
    private static readonly KeyValuePair<string, object?> NoGateway = new("gateway", "none");
    private readonly Meter _meter = new("PaymentPipeline.Ingress");
    private readonly Counter<long> _received;
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _secretUsed;
    private readonly Counter<long> _bodyBytes;
    private readonly Histogram<double> _append;

    public IngressMetrics(InFlightLimits limits)
    {
        const string Prefix = "paymentpipeline.ingress.";
        _received = _meter.CreateCounter<long>(Prefix + "webhooks.received", "{webhook}", "Requests to a webhook address");
        _accepted = _meter.CreateCounter<long>(Prefix + "webhooks.accepted", "{webhook}", "Answered 200: authentic and durable");
        _refused = _meter.CreateCounter<long>(Prefix + "webhooks.refused", "{webhook}", "Not taken, by reason");
        _secretUsed = _meter.CreateCounter<long>(
            Prefix + "secret.used", "{webhook}", "Accepted webhooks by the secret that matched; a retired one should stand still");
        _bodyBytes = _meter.CreateCounter<long>(Prefix + "body.size", "By", "Bytes of complete bodies");
        _append = _meter.CreateHistogram<double>(Prefix + "append.duration", "s", "From the append to the log's word that it is durable");
        _meter.CreateObservableUpDownCounter(
            Prefix + "requests.in_flight", () => limits.Requests, "{request}", "Being verified or appended");
        _meter.CreateObservableUpDownCounter(Prefix + "buffered", () => limits.Bytes, "By", "Rented for bodies");
    }

    public void Received(WebhookRoute? route) => _received.Add(1, route?.GatewayTag ?? NoGateway);

    public void Body(WebhookRoute route, int bytes) => _bodyBytes.Add(bytes, route.GatewayTag);

    public void Refused(WebhookRoute? route, string reason) => _refused.Add(1, route?.GatewayTag ?? NoGateway, new("reason", reason));

    public void Appended(TimeSpan took) => _append.Record(took.TotalSeconds);

    public void Accepted(WebhookRoute route, string? secretId)
    {
        _accepted.Add(1, route.GatewayTag);
        _secretUsed.Add(1, route.GatewayTag, route.AccountTag, new("secret", secretId));
    }

    public void Dispose() => _meter.Dispose();
}
