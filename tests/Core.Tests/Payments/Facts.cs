using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Tests.Payments;

/// <summary>Short ways to say a fact in a test. Times are seconds after a fixed start; the currency is EUR.</summary>
internal static class Facts
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);
    private static readonly Guid PaymentId = Guid.CreateVersion7(Start);

    public static Payment NewPayment(string gateway = "stripe") =>
        Payment.New(PaymentId, Fact(FactKind.Noted, "founder") with { Gateway = gateway }, PaymentOrigin.External);

    public static Money Euro(long minor) => Of(minor, "EUR");

    public static Money Of(long minor, string code) =>
        Currencies.TryGet(code, out var currency) ? new Money(minor, currency) : throw new ArgumentException(code);

    public static Fact Fact(FactKind kind, string id, long? amount = null, long? whole = null, int at = 0) => new()
    {
        Gateway = "stripe",
        Account = "default",
        Kind = kind,
        Key = FactKey.Of(kind, id),
        Reference = "pi_1",
        Aliases = ["pi_1"],
        FoundsPayment = true,
        OccurredAt = Start.AddSeconds(at),
        PartId = id,
        Amount = amount is { } minor ? Euro(minor) : null,
        PaymentAmount = whole is { } all ? Euro(all) : null,
    };

    /// <summary>A fact about the payment as a whole, which has no part.</summary>
    public static Fact Whole(FactKind kind, long amount, int at = 0) =>
        Fact(kind, "pi_1@" + at, whole: amount, at: at) with { PartId = null };

    public static Fact Authorized(long amount, string id = "auth_1", int at = 10) =>
        Fact(FactKind.Authorized, id, amount, amount, at);

    public static Fact Captured(string id, long amount, long? whole = null, int at = 20) =>
        Fact(FactKind.Captured, id, amount, whole, at);

    public static Fact CapturedTotal(long total, long? whole = null, int at = 20) => Fact(FactKind.Captured, "total", total, whole, at) with
    {
        Key = FactKey.Total(FactKind.Captured, total),
        PartId = null,
        IsCumulative = true,
    };

    public static Fact RefundedTotal(long total, int at = 30) => Fact(FactKind.RefundSucceeded, "total", total, at: at) with
    {
        Key = FactKey.Total(FactKind.RefundSucceeded, total),
        PartId = null,
        IsCumulative = true,
    };
}
