using System.Text;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>A made-up gateway whose verdict stands in a header, for the answers that no real gateway gives on demand.</summary>
internal sealed class AcmeGateway : IWebhookGateway
{
    public const string EventKey = "acme-event-1";
    public static readonly GatewayRegistration Registration = new("Acme", _ => new AcmeGateway());

    public string Name => "acme";
    public IReadOnlyCollection<string> Accounts => ["default"];
    public ReadOnlyMemory<byte> Acknowledgement { get; } = Encoding.ASCII.GetBytes("[accepted]");

    public ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        request.Headers.Get("Acme-Verdict", out var verdict);
        return ValueTask.FromResult(verdict switch
        {
            "authentic" => WebhookVerdict.Authentic("secret-0", EventKey, "acme-payment-1", "acme-delivery-1"),
            "odd key" => WebhookVerdict.Authentic("secret-0", "a\0b", new string('k', 100_000)),
            "malformed" => WebhookVerdict.Malformed("no_items"),
            "too many" => WebhookVerdict.TooManyItems("items"),
            "unavailable" => WebhookVerdict.Unavailable("certificate"),
            "throws" => throw new InvalidOperationException("a defect"),
            _ => default,
        });
    }

    public WebhookReading Read(StoredWebhook webhook) => new([]);
}
