using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>PayPal's gateway with a test authority and, unless told otherwise, with <see cref="CertificateWeb"/> for sockets.</summary>
internal sealed class PayPalFixture : IDisposable
{
    public const string WebhookId = "4JH86294D6297924G";
    public const string Folder = "https://api.sandbox.paypal.com/v1/notifications/certs/";
    public const string Address = Folder + "CERT-1";
    public const string Body = """{"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","resource":{"id":"CAP1"} }""";

    public PayPalFixture(bool withSockets = false, PayPalAuthority? authority = null, params (string Name, string? Value)[] more)
    {
        Authority = authority ?? PayPalAuthority.Shared;
        var settings = new Dictionary<string, string?>
        {
            ["Gateways:PayPal:WebhookId"] = WebhookId,
            ["Gateways:PayPal:TrustedRoots:0"] = Authority.RootPem,
            ["Gateways:PayPal:Intermediates:0"] = Authority.IntermediatePem,
        };
        foreach (var (name, value) in more)
            settings["Gateways:PayPal:" + name] = value;
        UnderTest = new GatewayUnderTest("paypal", settings, PayPalAuthority.Now, services =>
        {
            if (!withSockets)
                services.AddKeyedSingleton<HttpMessageHandler>("paypal-certificates", Web);
        });
    }

    public PayPalAuthority Authority { get; }
    public CertificateWeb Web { get; } = new();
    public GatewayUnderTest UnderTest { get; }

    /// <summary>A delivery of <see cref="Body"/> signed by a leaf that is served at the address.</summary>
    public Task<WebhookVerdict> Deliver(PayPalLeaf leaf, string address = Address)
    {
        Web.Documents[address] = leaf.Pem;
        return Send(leaf.Headers(Encoding.UTF8.GetBytes(Body), address, WebhookId));
    }

    public Task<WebhookVerdict> Send(params (string Name, string Value)[] headers) => UnderTest.Verify(Body, headers);

    public void Dispose() => UnderTest.Dispose();
}
