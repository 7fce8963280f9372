using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>Our client of Adyen's Checkout at the simulator, which is held to Adyen's own Node client and knows what happened.</summary>
public sealed class AdyenClientTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly SimulatorUnderTest _simulator = new();
    private ServiceProvider _services = null!;
    private IPaymentGateway _adyen = null!;

    public async Task InitializeAsync()
    {
        await _simulator.InitializeAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateways:Adyen:ApiKey"] = _simulator.Secrets.AdyenApiKey,
            ["Gateways:Adyen:MerchantAccount"] = _simulator.Secrets.AdyenMerchantAccount,
            ["Gateways:Adyen:BaseUrl"] = new Uri(_simulator.Address, "v72").ToString(),
            ["Gateways:Adyen:Http:RetryDelayMs"] = "1",
            ["Gateways:Adyen:Http:TryTimeoutMs"] = "2000",
            // Faults are what these tests are about; a breaker that opens would end them.
            ["Gateways:Adyen:Http:BreakerTriesMin"] = "10000",
        }).Build();
        _services = new ServiceCollection().AddPaymentGateways(configuration).BuildServiceProvider();
        _adyen = _services.GetRequiredService<PaymentGatewayRegistry>().Find("adyen")!;
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task A_payment_is_held_and_its_captures_and_refunds_are_taken_on()
    {
        var held = await _adyen.CreateAsync(Create(1, Card()), None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.Authorized), (held.Outcome, held.Facts.Single().Kind));
        Assert.Equal("7 Both postal code and address match", held.Facts[0].Details.AvsResult);

        foreach (var (number, amount) in ((int, long)[])[(1, 300), (2, 700)])
        {
            var capture = await _adyen.CaptureAsync(Capture(number, held, amount), None);
            Assert.Equal((GatewayOutcome.Accepted, 0), (capture.Outcome, capture.Facts.Count));
            Assert.NotNull(capture.GatewayReference);
        }

        var refund = await _adyen.RefundAsync(Refund(1, held, 250), None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.RefundPending), (refund.Outcome, refund.Facts.Single().Kind));
        Assert.Equal(refund.GatewayReference, refund.Facts[0].PartId);
    }

    [Fact]
    public async Task Automatic_capture_takes_the_money_at_once()
    {
        var paid = await _adyen.CreateAsync(Create(1, Card()) with { CaptureMethod = CaptureMethod.Automatic }, None);
        Assert.Equal([FactKind.Authorized, FactKind.Captured], paid.Facts.Select(fact => fact.Kind));
    }

    [Theory]
    [InlineData("DECLINED", "card_declined")]
    [InlineData("NOT_ENOUGH_BALANCE", "insufficient_funds")]
    [InlineData("CARD_EXPIRED", "expired_card")]
    [InlineData("FRAUD", "fraud_suspected")]
    public async Task A_declined_card_is_a_declined_card(string holder, string code)
    {
        var reply = await _adyen.CreateAsync(Create(1, Card(holder: holder)), None);
        Assert.Equal((GatewayOutcome.Declined, code, FactKind.Failed), (reply.Outcome, reply.Failure?.Code, reply.Facts.Single().Kind));
    }

    [Theory]
    [InlineData("approve", GatewayOutcome.Accepted, FactKind.Authorized)]
    [InlineData("refuse", GatewayOutcome.Declined, FactKind.Failed)]
    public async Task A_challenge_is_answered_by_the_payer_and_its_result_by_the_issuer(
        string decision, GatewayOutcome outcome, FactKind kind)
    {
        var asked = await _adyen.CreateAsync(Create(1, Card("4212345678901237")), None);
        Assert.Equal((FactKind.RequiresAction, "redirect"), (asked.Facts.Single().Kind, asked.NextAction!.Type));

        var result = await DecideAsync(asked.NextAction.Url!, decision);
        var reply = await _adyen.ConfirmAsync(Confirm(1, result), None);
        Assert.Equal((outcome, kind), (reply.Outcome, reply.Facts.Single().Kind));

        // The result of one payment, brought to another.
        var other = await _adyen.ConfirmAsync(Confirm(2, result), None);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply", 0), (other.Outcome, other.Failure?.Code, other.Facts.Count));
    }

    [Fact]
    public async Task A_session_begins_without_a_payment()
    {
        var begun = await _adyen.CreateAsync(Create(1, token: null), None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.RequiresPaymentMethod), (begun.Outcome, begun.Facts.Single().Kind));
        Assert.NotNull(begun.ClientSecret);
        Assert.Null(begun.GatewayPaymentId);
    }

    [Fact]
    public async Task A_users_methods_are_kept_listed_paid_with_and_let_go()
    {
        var saved = await _adyen.SaveMethodAsync(
            new SaveMethodCall { Account = "default", Key = Operation("op", 1), UserId = "user-1", Token = Card() }, None);
        Assert.Equal((GatewayOutcome.Accepted, "1111"), (saved.Outcome, saved.Facts.Single().Details.Last4));
        var listed = await _adyen.ListMethodsAsync(new ListMethodsCall("default", "user-1", null), None);
        Assert.Equal([saved.GatewayReference], listed.Facts.Select(fact => fact.Reference));

        var paid = await _adyen.CreateAsync(Create(1, saved.GatewayReference) with { TokenIsStored = true, PayerIsPresent = false }, None);
        Assert.Equal(GatewayOutcome.Accepted, paid.Outcome);
        var stolen = await _adyen.CreateAsync(Create(2, saved.GatewayReference) with { TokenIsStored = true, UserId = "user-2" }, None);
        Assert.Equal((GatewayOutcome.Refused, "not_found"), (stolen.Outcome, stolen.Failure?.Code));

        var detach = new DetachMethodCall
        {
            Account = "default", Key = Operation("op", 2), UserId = "user-1", Token = saved.GatewayReference!,
        };
        Assert.Equal(FactKind.PaymentMethodDetached, (await _adyen.DetachMethodAsync(detach, None)).Facts.Single().Kind);
        Assert.Equal("not_found", (await _adyen.DetachMethodAsync(detach, None)).Failure?.Code);
        Assert.Empty((await _adyen.ListMethodsAsync(new ListMethodsCall("default", "user-1", null), None)).Facts);
    }

    [Theory]
    [InlineData("html200"), InlineData("truncated"), InlineData("wrongAmount"), InlineData("hugeBody"), InlineData("redirect")]
    [InlineData("effectThenTimeout")]
    public async Task F31_nonsense_after_the_effect_is_never_a_success_and_the_same_call_finds_it(string fault)
    {
        await _simulator.SetKnobsAsync("adyen", $$$"""{"only":"POST","{{{fault}}}":{"share":1}}""");
        var reply = await _adyen.CreateAsync(Create(1, Card()), None);
        Assert.Equal((GatewayOutcome.Unknown, 0), (reply.Outcome, reply.Facts.Count));

        await _simulator.SetKnobsAsync("adyen", "{}");
        var again = await _adyen.CreateAsync(Create(1, Card()), None);
        Assert.Equal((GatewayOutcome.Accepted, FactKind.Authorized), (again.Outcome, again.Facts.Single().Kind));
        Assert.Equal(1, await _simulator.EffectsAsync(Operation("pay", 1)));
    }

    [Theory]
    [InlineData("effectThenTimeout"), InlineData("effectThenServerError"), InlineData("html200")]
    public async Task F29_calls_of_which_half_lose_their_answer_have_one_effect_each(string fault)
    {
        await _simulator.SetKnobsAsync("adyen", $$$"""{"seed":7,"{{{fault}}}":{"share":0.5}}""");

        var few = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        await Parallel.ForEachAsync(Enumerable.Range(1, 300), few, async (number, stop) =>
        {
            var reply = await _adyen.CreateAsync(Create(number, Card()), stop);
            // What four tries did not settle, the same call settles later.
            while (reply.Outcome == GatewayOutcome.Unknown) reply = await _adyen.CreateAsync(Create(number, Card()), stop);
            Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
            Assert.Equal(1, await _simulator.EffectsAsync(Operation("pay", number)));
        });
    }

    private async Task<string> DecideAsync(string page, string decision)
    {
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("decision", decision)]);
        using var answer = await _simulator.Http.PostAsync(new Uri(page), form);
        var query = answer.Headers.Location!.Query.TrimStart('?').Split('&');
        return Uri.UnescapeDataString(query.Single(pair => pair.StartsWith("redirectResult=", StringComparison.Ordinal)).Split('=')[1]);
    }

    private static CreatePaymentCall Create(int number, string? token) => new()
    {
        Account = "default",
        Key = Operation("pay", number),
        PaymentId = Operation("pay", number),
        Amount = Euro(1000),
        CaptureMethod = CaptureMethod.Manual,
        OrderId = "order-1",
        UserId = "user-1",
        Token = token,
        Confirm = true,
        ReturnUrl = "https://shop.example/back",
    };

    private static ConfirmPaymentCall Confirm(int number, string redirectResult) => new()
    {
        Account = "default",
        Key = Operation("op", number),
        PaymentId = Operation("pay", number),
        Amount = Euro(1000),
        CaptureMethod = CaptureMethod.Manual,
        ActionResult = new Dictionary<string, string> { ["redirectResult"] = redirectResult },
    };

    private static CapturePaymentCall Capture(int number, GatewayReply held, long amount) => new()
    {
        Account = "default",
        Key = Operation("cap", number),
        OperationId = Operation("cap", number),
        PaymentId = Operation("pay", 1),
        GatewayPaymentId = held.GatewayPaymentId,
        Amount = Euro(amount),
        IsFinal = false,
    };

    private static RefundPaymentCall Refund(int number, GatewayReply held, long amount) => new()
    {
        Account = "default",
        Key = Operation("re", number),
        OperationId = Operation("re", number),
        PaymentId = Operation("pay", 1),
        GatewayPaymentId = held.GatewayPaymentId,
        Amount = Euro(amount),
    };

    private static string Card(string number = "4111111111111111", string holder = "A Payer") => $$"""
        {"type":"scheme","encryptedCardNumber":"test_{{number}}","encryptedExpiryMonth":"test_03","encryptedExpiryYear":"test_2030",
         "encryptedSecurityCode":"test_737","holderName":"{{holder}}"}
        """;

    private static Money Euro(long amount) => Currencies.FromGatewayMinor("adyen", amount, "EUR");

    private static string Operation(string prefix, int number) =>
        $"{prefix}_{number.ToString("x32", CultureInfo.InvariantCulture)}";
}
