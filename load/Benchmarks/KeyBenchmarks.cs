using BenchmarkDotNet.Attributes;
using PaymentPipeline.Gateways.Adyen;
using PaymentPipeline.Gateways.PayPal;
using PaymentPipeline.Gateways.Stripe;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>What ingress reads of a body beside its signature: the event's key, and what keeps a payment's events in order.</summary>
[MemoryDiagnoser]
public class KeyBenchmarks
{
    private readonly byte[] _stripe = GatewayRequests.Stripe().Body;
    private readonly byte[] _adyen = GatewayRequests.Adyen().Body;
    private readonly byte[] _adyenToken = GatewayRequests.AdyenToken().Body;
    private readonly byte[] _payPal = new GatewaysUnderLoad().PayPalRequest.Body;

    [Benchmark]
    public string Stripe() => StripeKeys.Find(_stripe).PartitionKey;

    [Benchmark]
    public string Adyen()
    {
        var items = new AdyenItems(_adyen);
        items.Next(out var item);
        _ = item.Key(_adyen);
        return item.Payment.ToText(_adyen);
    }

    [Benchmark]
    public string? AdyenToken() => AdyenTokens.Peek(_adyenToken).EventId;

    [Benchmark]
    public string? PayPal() => PayPalEvents.Peek(_payPal).EventId;

    [Benchmark]
    public uint PayPalCrc() => Crc32.Of(_payPal);
}
