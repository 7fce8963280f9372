using BenchmarkDotNet.Attributes;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>From the bytes in the log to events and facts, as the processors read them.</summary>
[MemoryDiagnoser]
public class ReaderBenchmarks
{
    private readonly GatewaysUnderLoad _gateways = new();
    private readonly StoredWebhook _stripe = GatewayRequests.Stripe().Stored;
    private readonly StoredWebhook _adyen = GatewayRequests.Adyen().Stored;

    [Benchmark]
    public WebhookReading Stripe() => _gateways.Stripe.Read(_stripe);

    [Benchmark]
    public WebhookReading Adyen() => _gateways.Adyen.Read(_adyen);

    [Benchmark]
    public WebhookReading PayPal() => _gateways.PayPal.Read(_gateways.PayPalRequest.Stored);
}
