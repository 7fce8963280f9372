using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Gateways;
using PaymentPipeline.Gateways.PayPal;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>The gateways as ingress and processors make them, with a clock that stands, and one request of each.</summary>
internal sealed class GatewaysUnderLoad
{
    public GatewaysUnderLoad()
    {
        var signer = new PayPalSigner(GatewayRequests.Now);
        var settings = new Dictionary<string, string?>
        {
            ["Gateways:Stripe:WebhookSecrets:0"] = GatewayRequests.StripeSecret,
            ["Gateways:Adyen:HmacKeys:0"] = GatewayRequests.AdyenKey,
            ["Gateways:Adyen:MerchantAccount"] = GatewayRequests.Merchant,
            ["Gateways:PayPal:WebhookId"] = PayPalSigner.WebhookId,
            ["Gateways:PayPal:TrustedRoots:0"] = signer.RootPem,
        };
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new StandingClock());
        services.AddKeyedSingleton<HttpMessageHandler>(PayPalAccount.HandlerKey, signer);
        services.AddGateways(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        var registry = services.BuildServiceProvider().GetRequiredService<GatewayRegistry>();
        (Stripe, Adyen, PayPal) = (registry.Find("stripe")!, registry.Find("adyen")!, registry.Find("paypal")!);
        PayPalRequest = GatewayRequests.PayPal(signer);
    }

    public IWebhookGateway Stripe { get; }
    public IWebhookGateway Adyen { get; }
    public IWebhookGateway PayPal { get; }

    public GatewayRequest PayPalRequest { get; }

    /// <exception cref="InvalidOperationException">The benchmark would measure something else than its name says.</exception>
    public static async Task RequireAsync(IWebhookGateway gateway, GatewayRequest request, WebhookVerdictKind expected)
    {
        var verdict = await gateway.VerifyAsync(request.Genuine, CancellationToken.None);
        if (verdict.Kind != expected)
            throw new InvalidOperationException($"{gateway.Name}: {verdict.Kind} {verdict.Reason}, not {expected}.");
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => GatewayRequests.Now;
    }
}
