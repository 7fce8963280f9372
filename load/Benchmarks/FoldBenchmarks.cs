using BenchmarkDotNet.Attributes;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>The payment itself: three facts folded (created, authorised, captured), what is remembered, what is told.</summary>
[MemoryDiagnoser]
public class FoldBenchmarks
{
    private static readonly Guid id = Guid.Parse("019a4000-0000-7000-8000-000000000001");

    private readonly Fact[] _facts =
    [
        Of(FactKind.RequiresPaymentMethod, FactKey.Of(FactKind.RequiresPaymentMethod, "pi_3PqX2eLkdIwHu7ix0u5JpSpd@1793613600"), 0),
        Of(FactKind.Authorized, FactKey.Total(FactKind.Authorized, 1999), 2),
        Of(FactKind.Captured, FactKey.Total(FactKind.Captured, 1999), 60) with { IsCumulative = true },
    ];

    private Payment _payment = null!;
    private byte[] _json = [];

    [GlobalSetup]
    public void Setup()
    {
        _payment = FoldThreeFacts();
        if (_payment.Status != PaymentStatus.Succeeded) throw new InvalidOperationException($"The payment is {_payment.Status}.");
        _json = _payment.Memory.ToJson();
    }

    [Benchmark]
    public Payment FoldThreeFacts()
    {
        var payment = Payment.New(id, _facts[0], PaymentOrigin.External);
        foreach (var fact in _facts) payment = PaymentFold.Apply(payment, fact).Payment;
        return payment;
    }

    [Benchmark]
    public Payment FoldKnownFact() => PaymentFold.Apply(_payment, _facts[2]).Payment;

    [Benchmark]
    public byte[] WriteMemory() => _payment.Memory.ToJson();

    [Benchmark]
    public FoldMemory ReadMemory() => FoldMemory.FromJson(_json);

    [Benchmark]
    public OutgoingEvent WriteCloudEvent() => CloudEvent.Write(
        EventTypes.PaymentSucceeded, "pay_019a4000000070008000000000000001", "pay_019a4000000070008000000000000001", id, 3,
        _facts[2].OccurredAt,
        new PaymentData.State(EventTypes.PaymentSucceeded, "pay_019a4000000070008000000000000001", _payment, _facts[2], null, 1999),
        PaymentData.Write);

    private static Fact Of(FactKind kind, FactKey key, int secondsAfter)
    {
        Currencies.TryGet("EUR", out var euro);
        return new Fact
        {
            Gateway = "stripe", Account = "default", Kind = kind, Key = key, Reference = "pi_3PqX2eLkdIwHu7ix0u5JpSpd",
            Aliases = ["pi_3PqX2eLkdIwHu7ix0u5JpSpd", "ch_3PqX2eLkdIwHu7ix0Zt0y0Qx"], FoundsPayment = true,
            OccurredAt = GatewayRequests.Now.AddSeconds(secondsAfter), Amount = new Money(1999, euro),
            PaymentAmount = new Money(1999, euro), OrderId = "order-77", UserId = "user-77",
        };
    }
}
