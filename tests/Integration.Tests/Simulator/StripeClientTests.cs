using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>Our client of Stripe's API at the simulator, which is held to Stripe's own and knows what happened.</summary>
public sealed class StripeClientTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SimulatorUnderTest _simulator = new();
    private ServiceProvider _services = null!;
    private IPaymentGateway _stripe = null!;

    public async Task InitializeAsync()
    {
        await _simulator.InitializeAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateways:Stripe:ApiKey"] = _simulator.Secrets.StripeApiKey,
            ["Gateways:Stripe:BaseUrl"] = _simulator.Address.ToString(),
            ["Gateways:Stripe:Http:RetryDelayMs"] = "1",
            // Faults are what these tests are about; a breaker that opens would end them.
            ["Gateways:Stripe:Http:BreakerTriesMin"] = "10000",
        }).Build();
        _services = new ServiceCollection().AddPaymentGateways(configuration).BuildServiceProvider();
        _stripe = _services.GetRequiredService<PaymentGatewayRegistry>().Find("stripe")!;
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task A_payment_is_held_captured_in_parts_and_refunded_in_parts()
    {
        var held = await _stripe.CreateAsync(Create(1, "pm_card_visa") with { CaptureMethod = CaptureMethod.Manual }, None);
        Assert.Equal((GatewayOutcome.Accepted, FactKey.Total(FactKind.Authorized, 1000)), (held.Outcome, held.Facts.Single().Key));

        var part = await _stripe.CaptureAsync(Capture(1, held, 300, isFinal: false), None);
        Assert.Equal(GatewayOutcome.Accepted, part.Outcome);
        Assert.Contains(FactKey.Total(FactKind.Captured, 300), part.Facts.Select(fact => fact.Key));
        var rest = await _stripe.CaptureAsync(Capture(2, held, 700, isFinal: true), None);
        Assert.Equal([FactKey.Total(FactKind.Captured, 1000)], rest.Facts.Select(fact => fact.Key));

        foreach (var number in (int[])[1, 2])
        {
            var refund = await _stripe.RefundAsync(Refund(number, held, 250), None);
            Assert.Equal((GatewayOutcome.Accepted, FactKind.RefundSucceeded), (refund.Outcome, refund.Facts.Single().Kind));
            Assert.Equal(refund.GatewayReference, refund.Facts.Single().PartId);
        }

        var found = await _stripe.LookUpAsync(LookUp(GatewayCallKind.Refund, 1, held, 250), None);
        Assert.Equal(GatewayOutcome.Accepted, found.Outcome);
        Assert.Equal(GatewayOutcome.Refused, (await _stripe.LookUpAsync(LookUp(GatewayCallKind.Refund, 3, held, 250), None)).Outcome);
        Assert.Equal(GatewayOutcome.Accepted, (await _stripe.LookUpAsync(LookUp(GatewayCallKind.Capture, 1, held, 300), None)).Outcome);
        Assert.Equal(GatewayOutcome.Refused, (await _stripe.LookUpAsync(LookUp(GatewayCallKind.Capture, 9, held, 300), None)).Outcome);
    }

    [Fact]
    public async Task A_payment_is_declined_challenged_confirmed_and_canceled()
    {
        var poor = await _stripe.CreateAsync(Create(1, "pm_card_visa_chargeDeclinedInsufficientFunds"), None);
        Assert.Equal((GatewayOutcome.Declined, "insufficient_funds"), (poor.Outcome, poor.Failure?.Code));
        Assert.Equal(FactKind.AttemptFailed, poor.Facts.Single().Kind);

        var again = await _stripe.ConfirmAsync(Confirm(1, poor, "pm_card_visa"), None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.Captured), (again.Outcome, again.Facts.Single().Kind));

        var challenged = await _stripe.CreateAsync(Create(2, "pm_card_threeDSecure2Required"), None);
        Assert.Equal((GatewayOutcome.Accepted, "redirect"), (challenged.Outcome, challenged.NextAction?.Type));
        Assert.NotNull(challenged.NextAction?.Url);

        var canceled = await _stripe.CancelAsync(new CancelPaymentCall
        {
            Account = "default", Key = Operation("op", 2), PaymentId = PaymentId(2), GatewayPaymentId = challenged.GatewayPaymentId,
        }, None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.Voided), (canceled.Outcome, canceled.Facts.Single().Kind));
    }

    [Fact]
    public async Task A_users_methods_are_kept_listed_and_let_go()
    {
        var saved = await _stripe.SaveMethodAsync(
            new SaveMethodCall { Account = "default", Key = Operation("op", 1), UserId = "u1", Token = "pm_card_visa" }, None);
        Assert.Equal(GatewayOutcome.Accepted, saved.Outcome);

        var listed = await _stripe.ListMethodsAsync(new ListMethodsCall("default", "u1", saved.GatewayCustomerId), None);
        Assert.Equal([saved.GatewayReference], listed.Facts.Select(fact => fact.Reference));

        var paid = await _stripe.CreateAsync(Create(1, saved.GatewayReference!) with
        {
            GatewayCustomerId = saved.GatewayCustomerId, TokenIsStored = true, PayerIsPresent = false,
        }, None);
        Assert.Equal(GatewayOutcome.Accepted, paid.Outcome);

        var detached = await _stripe.DetachMethodAsync(
            new DetachMethodCall { Account = "default", Key = Operation("op", 2), UserId = "u1", Token = saved.GatewayReference! }, None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.PaymentMethodDetached), (detached.Outcome, detached.Facts.Single().Kind));
        Assert.Empty((await _stripe.ListMethodsAsync(new ListMethodsCall("default", "u1", saved.GatewayCustomerId), None)).Facts);
    }

    [Theory]
    [InlineData("html200"), InlineData("truncated"), InlineData("wrongAmount"), InlineData("hugeBody"), InlineData("effectThenTimeout")]
    [InlineData("effectThenServerError"), InlineData("redirect")]
    public async Task F31_nonsense_after_the_effect_is_never_a_success_and_is_found_later(string fault)
    {
        await _simulator.SetKnobsAsync("stripe", $$$"""{"only":"POST","{{{fault}}}":{"share":1}}""");

        var reply = await _stripe.CreateAsync(Create(1, "pm_card_visa"), None);

        Assert.Equal((GatewayOutcome.Unknown, 0), (reply.Outcome, reply.Facts.Count));
        var later = await _stripe.LookUpAsync(LookUp(GatewayCallKind.Create, 1, new GatewayReply { Outcome = default }, 1000), None);
        Assert.Equal(fault == "redirect" ? GatewayOutcome.Refused : GatewayOutcome.Accepted, later.Outcome);
    }

    [Fact]
    public async Task F29_calls_of_which_half_lose_their_answer_have_one_effect_each()
    {
        await _simulator.SetKnobsAsync("stripe", """{"seed":7,"effectThenTimeout":{"share":0.5}}""");

        var few = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        await Parallel.ForEachAsync(Enumerable.Range(1, 1000), few, async (number, stop) =>
        {
            var reply = await _stripe.CreateAsync(Create(number, "pm_card_visa"), stop);
            // What four tries did not settle, the same call settles later.
            while (reply.Outcome == GatewayOutcome.Unknown) reply = await _stripe.CreateAsync(Create(number, "pm_card_visa"), stop);
            Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
            Assert.Equal(1, await _simulator.EffectsAsync(PaymentId(number)));
        });
    }

    [Fact]
    public async Task F32_a_capture_whose_key_was_forgotten_is_found_done()
    {
        var held = await _stripe.CreateAsync(Create(1, "pm_card_visa") with { CaptureMethod = CaptureMethod.Manual }, None);
        await _simulator.SetKnobsAsync("stripe", """{"only":"/capture","effectThenTimeout":{"next":1},"forgetKeys":{"share":1}}""");

        var captured = await _stripe.CaptureAsync(Capture(1, held, 1000, isFinal: true), None);

        Assert.Equal((GatewayOutcome.Accepted, FactKey.Total(FactKind.Captured, 1000)), (captured.Outcome, captured.Facts.Single().Key));
        Assert.Equal(1, await _simulator.EffectsAsync(Operation("cap", 1)));
    }

    private static string PaymentId(int number) => Operation("pay", number);

    private static string Operation(string prefix, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}_0199f0a2b3c4d5e6f7081920{number:d8}");

    private static Money Usd(long minor) => Currencies.TryGet("USD", out var usd) ? new Money(minor, usd) : default;

    private static CreatePaymentCall Create(int number, string token) => new()
    {
        Account = "default", Key = PaymentId(number), PaymentId = PaymentId(number), Amount = Usd(1000),
        CaptureMethod = CaptureMethod.Automatic, OrderId = "o1", Token = token, Confirm = true, ReturnUrl = "https://shop.example/back",
    };

    private static ConfirmPaymentCall Confirm(int number, GatewayReply made, string token) => new()
    {
        Account = "default", Key = Operation("op", number), PaymentId = PaymentId(number), GatewayPaymentId = made.GatewayPaymentId,
        Amount = Usd(1000), CaptureMethod = CaptureMethod.Automatic, Token = token, ReturnUrl = "https://shop.example/back",
    };

    private static CapturePaymentCall Capture(int number, GatewayReply made, long minor, bool isFinal) => new()
    {
        Account = "default", Key = Operation("cap", number), OperationId = Operation("cap", number), PaymentId = PaymentId(1),
        GatewayPaymentId = made.GatewayPaymentId, Amount = Usd(minor), IsFinal = isFinal,
    };

    private static RefundPaymentCall Refund(int number, GatewayReply made, long minor) => new()
    {
        Account = "default", Key = Operation("re", number), OperationId = Operation("re", number), PaymentId = PaymentId(1),
        GatewayPaymentId = made.GatewayPaymentId, Amount = Usd(minor),
    };

    private static LookUpCall LookUp(GatewayCallKind kind, int number, GatewayReply made, long minor) => new()
    {
        Account = "default", Key = "x", PaymentId = PaymentId(1), GatewayPaymentId = made.GatewayPaymentId, Kind = kind,
        OperationId = Operation(kind == GatewayCallKind.Refund ? "re" : "cap", number), Amount = Usd(minor),
        SentAt = DateTimeOffset.UnixEpoch,
    };
}
