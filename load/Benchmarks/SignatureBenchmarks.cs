using BenchmarkDotNet.Attributes;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>The whole verdict of ingress: the signature, and for a genuine request the event's key and the partition key.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    private readonly GatewaysUnderLoad _gateways = new();
    private readonly GatewayRequest _stripe = GatewayRequests.Stripe();
    private readonly GatewayRequest _adyen = GatewayRequests.Adyen();
    private readonly GatewayRequest _adyenToken = GatewayRequests.AdyenToken();
    private GatewayRequest _stripeForged = null!;
    private GatewayRequest _adyenForged = null!;
    private GatewayRequest _payPalForged = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        (_stripeForged, _adyenForged, _payPalForged) = (_stripe.Forged(), _adyen.Forged(), _gateways.PayPalRequest.Forged());
        await GatewaysUnderLoad.RequireAsync(_gateways.Stripe, _stripe, WebhookVerdictKind.Authentic);
        await GatewaysUnderLoad.RequireAsync(_gateways.Adyen, _adyen, WebhookVerdictKind.Authentic);
        await GatewaysUnderLoad.RequireAsync(_gateways.Adyen, _adyenToken, WebhookVerdictKind.Authentic);
        // The first one fetches the certificate, which is kept.
        await GatewaysUnderLoad.RequireAsync(_gateways.PayPal, _gateways.PayPalRequest, WebhookVerdictKind.Authentic);
        await GatewaysUnderLoad.RequireAsync(_gateways.Stripe, _stripeForged, WebhookVerdictKind.NotAuthentic);
        await GatewaysUnderLoad.RequireAsync(_gateways.Adyen, _adyenForged, WebhookVerdictKind.NotAuthentic);
        await GatewaysUnderLoad.RequireAsync(_gateways.PayPal, _payPalForged, WebhookVerdictKind.NotAuthentic);
    }

    [Benchmark]
    public ValueTask<WebhookVerdict> Stripe() => _gateways.Stripe.VerifyAsync(_stripe.Genuine, CancellationToken.None);

    [Benchmark]
    public ValueTask<WebhookVerdict> StripeForged() => _gateways.Stripe.VerifyAsync(_stripeForged.Genuine, CancellationToken.None);

    [Benchmark]
    public ValueTask<WebhookVerdict> Adyen() => _gateways.Adyen.VerifyAsync(_adyen.Genuine, CancellationToken.None);

    [Benchmark]
    public ValueTask<WebhookVerdict> AdyenForged() => _gateways.Adyen.VerifyAsync(_adyenForged.Genuine, CancellationToken.None);

    [Benchmark]
    public ValueTask<WebhookVerdict> AdyenToken() => _gateways.Adyen.VerifyAsync(_adyenToken.Genuine, CancellationToken.None);

    [Benchmark]
    public ValueTask<WebhookVerdict> PayPal() => _gateways.PayPal.VerifyAsync(_gateways.PayPalRequest.Genuine, CancellationToken.None);

    [Benchmark]
    public ValueTask<WebhookVerdict> PayPalForged() => _gateways.PayPal.VerifyAsync(_payPalForged.Genuine, CancellationToken.None);
}
