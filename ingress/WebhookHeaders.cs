using PaymentPipeline.Gateways;

namespace PaymentPipeline.Ingress;

/// <summary>The server's headers as the gateways read them.</summary>
internal sealed class WebhookHeaders(IHeaderDictionary headers) : IWebhookHeaders
{
    public int Get(string name, out string value)
    {
        var lines = headers[name];
        value = lines.Count == 0 ? "" : lines[0] ?? "";
        return lines.Count;
    }
}
