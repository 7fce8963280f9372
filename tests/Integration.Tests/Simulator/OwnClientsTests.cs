using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>Our gateway clients, as a process makes them from configuration, ask the simulator; its truth says what came of it.</summary>
public sealed class OwnClientsTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly SimulatorUnderTest _simulator = new();
    private ServiceProvider _services = null!;
    private ServiceProvider _readers = null!;
    private JsonElement _tokens;

    public async Task InitializeAsync()
    {
        await _simulator.InitializeAsync();
        _tokens = await _simulator.Http.GetFromJsonAsync<JsonElement>(new Uri("/simulator/test-tokens", UriKind.Relative));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Gateways:Stripe:ApiKey"] = _simulator.Secrets.StripeApiKey,
            ["Gateways:Stripe:BaseUrl"] = _simulator.Address.ToString(),
            ["Gateways:Adyen:ApiKey"] = _simulator.Secrets.AdyenApiKey,
            ["Gateways:Adyen:BaseUrl"] = new Uri(_simulator.Address, "/v72").ToString(),
            ["Gateways:Adyen:MerchantAccount"] = _simulator.Secrets.AdyenMerchantAccount,
            ["Gateways:PayPal:ClientId"] = _simulator.Secrets.PayPalClientId,
            ["Gateways:PayPal:ClientSecret"] = _simulator.Secrets.PayPalClientSecret,
            ["Gateways:PayPal:BaseUrl"] = _simulator.Address.ToString(),
            ["Gateways:Stripe:WebhookSecrets:0"] = _simulator.Secrets.StripeSecret,
            ["Gateways:Adyen:HmacKeys:0"] = _simulator.Secrets.AdyenHmacKey,
            ["Gateways:PayPal:WebhookId"] = _simulator.Secrets.PayPalWebhookId,
            ["Gateways:PayPal:TrustedRoots:0"] = Path.Combine(_simulator.Folder, "paypal-root.pem"),
            ["Gateways:PayPal:CertificateHosts:0"] = _simulator.Address.GetLeftPart(UriPartial.Authority),
        }).Build();
        _services = new ServiceCollection().AddPaymentGateways(configuration).BuildServiceProvider();
        _readers = new ServiceCollection().AddGateways(configuration).BuildServiceProvider();
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _readers.DisposeAsync();
        await _simulator.DisposeAsync();
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task A_payment_is_held_captured_and_given_back_in_parts(string gateway)
    {
        var create = Create(gateway, TokenOf(gateway, "succeeds"));
        var held = Accepted(await Find(gateway).CreateAsync(create, default));
        var aliases = held.Facts.SelectMany(fact => fact.Aliases).Distinct().ToArray();
        var captured = Accepted(await Find(gateway).CaptureAsync(
            Capture(create, held) with { Amount = Eur(1500), IsFinal = true, Aliases = aliases }, default));
        aliases = [.. aliases, .. captured.Facts.SelectMany(fact => fact.Aliases)];
        var refund = Id(Identifiers.RefundPrefix);
        Accepted(await Find(gateway).RefundAsync(
            new RefundPaymentCall
            {
                Account = "default", Key = refund, PaymentId = create.PaymentId, GatewayPaymentId = held.GatewayPaymentId,
                OperationId = refund, Amount = Eur(400), Aliases = aliases, GatewayCaptureId = captured.GatewayReference,
            }, default));

        Assert.Contains(held.Facts, fact => fact.Kind == FactKind.Authorized && fact.Amount == Eur(2500));
        await Eventually.Async(async () => await FiguresAsync(create.PaymentId) == (1500, 400), Limit);
    }

    /// <summary>So that it does not matter which of the two comes first, or whether one is lost.</summary>
    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task F33_a_reply_and_its_webhook_tell_the_same_facts(string gateway)
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);
        await _simulator.SetKnobsAsync(gateway, $$"""{"ingress":"{{ingress.Address}}","settleMs":20}""");
        var create = Create(gateway, TokenOf(gateway, "succeeds"));
        var held = Accepted(await Find(gateway).CreateAsync(create, default));
        var captured = Accepted(await Find(gateway).CaptureAsync(Capture(create, held), default));
        var told = held.Facts.Concat(captured.Facts)
            .Where(fact => fact.Kind is FactKind.Authorized or FactKind.Captured or FactKind.Fee).Select(MoneyOf).ToHashSet();

        var webhooks = _readers.GetRequiredService<GatewayRegistry>().Find(gateway)!;
        await Eventually.Async(async () => told.IsSubsetOf(await ReadAsync()), Limit);

        Assert.NotEmpty(told);
        async Task<HashSet<(FactKey, long?, bool)>> ReadAsync()
        {
            var facts = new List<Fact>();
            foreach (var seen in ingress.Seen)
            {
                var request = new WebhookRequest("default", seen.Body, new SeenHeaders(seen.Headers));
                var verdict = await webhooks.VerifyAsync(request, default);
                Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
                var reading = webhooks.Read(new StoredWebhook("default", seen.Body, verdict.DeliveryId ?? ""));
                facts.AddRange(reading.Events.SelectMany(e => e.Facts));
            }
            return [.. facts.Where(fact => fact.Aliases.Contains(create.PaymentId)).Select(MoneyOf)];
        }

        // The payment's id has to be among what the fact names: so it finds the payment though its reply is still to come.
        (FactKey, long?, bool) MoneyOf(Fact fact) => (fact.Key, fact.Amount?.AmountMinor, fact.Aliases.Contains(create.PaymentId));
    }

    private sealed class SeenHeaders(IReadOnlyDictionary<string, string> headers) : IWebhookHeaders
    {
        public int Get(string name, out string value)
        {
            value = headers.GetValueOrDefault(name, "");
            return value.Length > 0 ? 1 : 0;
        }
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task F29_the_charge_whose_reply_was_lost_is_one_charge(string gateway)
    {
        var create = Create(gateway, TokenOf(gateway, "succeeds")) with { CaptureMethod = CaptureMethod.Automatic };
        await _simulator.SetKnobsAsync(gateway, """{"effectThenTimeout":{"next":1},"only":"POST"}""");

        Accepted(await Find(gateway).CreateAsync(create, default));

        Assert.Equal(1, await _simulator.EffectsAsync(create.Key));
        Assert.Equal((2500, 0), await FiguresAsync(create.PaymentId));
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task A_decline_is_definite_and_takes_nothing(string gateway)
    {
        var reply = await Find(gateway).CreateAsync(Create(gateway, TokenOf(gateway, "declined")), default);

        Assert.Equal(GatewayOutcome.Declined, reply.Outcome);
        Assert.NotNull(reply.Failure);
    }

    [Theory]
    [InlineData("stripe")]
    [InlineData("adyen")]
    [InlineData("paypal")]
    public async Task What_is_held_is_released(string gateway)
    {
        var create = Create(gateway, TokenOf(gateway, "succeeds"));
        var held = Accepted(await Find(gateway).CreateAsync(create, default));

        Accepted(await Find(gateway).CancelAsync(
            new CancelPaymentCall
            {
                Account = "default", Key = Id("op_"), PaymentId = create.PaymentId, GatewayPaymentId = held.GatewayPaymentId,
                Aliases = [.. held.Facts.SelectMany(fact => fact.Aliases)],
            }, default));

        await Eventually.Async(async () => await StatusAsync(create.PaymentId) == "CANCELED", Limit);
    }

    [Fact]
    public async Task At_adyen_the_payer_completes_the_challenge_in_a_browser()
    {
        var create = Create("adyen", TokenOf("adyen", "requires_action")) with { CaptureMethod = CaptureMethod.Automatic };
        var waiting = Accepted(await Find("adyen").CreateAsync(create, default));
        var query = await PressAsync(waiting.NextAction!.Url!, "approve");

        Accepted(await Find("adyen").ConfirmAsync(Confirm(create, waiting) with
        {
            ActionResult = new Dictionary<string, string> { ["redirectResult"] = query["redirectResult"] },
        }, default));

        Assert.Equal((2500, 0), await FiguresAsync(create.PaymentId));
    }

    [Fact]
    public async Task At_paypal_the_payer_approves_in_a_browser()
    {
        var create = Create("paypal", token: null) with { CaptureMethod = CaptureMethod.Automatic };
        var waiting = Accepted(await Find("paypal").CreateAsync(create, default));
        var query = await PressAsync(waiting.NextAction!.Url!, "approve");

        Accepted(await Find("paypal").ConfirmAsync(Confirm(create, waiting), default));

        Assert.Equal(waiting.GatewayPaymentId, query["token"]);
        Assert.Equal((2500, 0), await FiguresAsync(create.PaymentId));
    }

    [Theory]
    [InlineData("adyen", "succeeds")]
    [InlineData("paypal", "stores")]
    public async Task A_way_to_pay_is_kept_used_listed_and_removed(string gateway, string outcome)
    {
        const string user = "usr_1";
        var kept = Accepted(await Find(gateway).SaveMethodAsync(
            new SaveMethodCall { Account = "default", Key = Id("op_"), UserId = user, Token = TokenOf(gateway, outcome) }, default));
        var create = Create(gateway, kept.GatewayReference) with { TokenIsStored = true, UserId = user, PayerIsPresent = false };
        Accepted(await Find(gateway).CreateAsync(create, default));
        var listed = Accepted(await ListAsync());
        Accepted(await Find(gateway).DetachMethodAsync(
            new DetachMethodCall { Account = "default", Key = Id("op_"), UserId = user, Token = kept.GatewayReference! }, default));

        Assert.Equal(kept.GatewayReference, Assert.Single(listed.Facts).Reference);
        Assert.Empty((await ListAsync()).Facts);
        Task<GatewayReply> ListAsync() =>
            Find(gateway).ListMethodsAsync(new ListMethodsCall("default", user, kept.GatewayCustomerId), default);
    }

    private IPaymentGateway Find(string gateway) => _services.GetRequiredService<PaymentGatewayRegistry>().Find(gateway)!;

    private string TokenOf(string gateway, string outcome) => _tokens.GetProperty(gateway).EnumerateArray()
        .First(token => token.GetProperty("outcome").GetString() == outcome).GetProperty("token").GetString()!;

    private static CreatePaymentCall Create(string gateway, string? token)
    {
        var id = Id(Identifiers.PaymentPrefix);
        return new CreatePaymentCall
        {
            Account = "default", Key = id, PaymentId = id, Amount = Eur(2500), CaptureMethod = CaptureMethod.Manual,
            OrderId = $"ord-{gateway}", Token = token, Confirm = true, ReturnUrl = "https://shop.example/back?order=1",
        };
    }

    private static ConfirmPaymentCall Confirm(CreatePaymentCall create, GatewayReply waiting) => new()
    {
        Account = create.Account, Key = Id("op_"), PaymentId = create.PaymentId, GatewayPaymentId = waiting.GatewayPaymentId,
        Amount = create.Amount, CaptureMethod = create.CaptureMethod, ReturnUrl = create.ReturnUrl,
    };

    private static CapturePaymentCall Capture(CreatePaymentCall create, GatewayReply held)
    {
        var id = Id(Identifiers.CapturePrefix);
        return new CapturePaymentCall
        {
            Account = create.Account, Key = id, OperationId = id, PaymentId = create.PaymentId, GatewayPaymentId = held.GatewayPaymentId,
            Amount = create.Amount, IsFinal = false,
        };
    }

    private static string Id(string prefix) => Identifiers.Format(prefix, Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));

    private static Money Eur(long minor) => Currencies.TryGet("EUR", out var currency) ? new Money(minor, currency) : default;

    private static GatewayReply Accepted(GatewayReply reply)
    {
        Assert.True(reply.Outcome == GatewayOutcome.Accepted, $"{reply.Outcome}: {reply.Failure}");
        return reply;
    }

    private async Task<Dictionary<string, string>> PressAsync(string page, string decision)
    {
        using var form = new FormUrlEncodedContent([new("decision", decision)]);
        using var answer = await _simulator.Http.PostAsync(new Uri(page), form);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return QueryHelpers.ParseQuery(answer.Headers.Location!.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    private async Task<JsonElement> BooksAsync(string paymentId) =>
        (await _simulator.TruthAsync($"payments?paymentId={paymentId}")).GetProperty("payments")[0];

    private async Task<(long Captured, long Refunded)> FiguresAsync(string paymentId)
    {
        var books = await BooksAsync(paymentId);
        return (books.GetProperty("captured").GetInt64(), books.GetProperty("refunded").GetInt64());
    }

    private async Task<string?> StatusAsync(string paymentId) => (await BooksAsync(paymentId)).GetProperty("status").GetString();
}
