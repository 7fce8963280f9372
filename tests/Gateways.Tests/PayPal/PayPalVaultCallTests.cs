using PaymentPipeline.Core.Payments;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalVaultCallTests : IAsyncLifetime
{
    private const string Setups = "POST /v3/vault/setup-tokens";
    private const string Tokens = "POST /v3/vault/payment-tokens";
    private const string Setup = "5C991763VB2781612";

    private const string Kept = """
        {"id":"8kk8451t","customer":{"id":"cust1234"},
         "payment_source":{"card":{"last_digits":"1111","brand":"VISA","expiry":"2030-03","name":"Jo Doe"} } }
        """;

    private PayPalApiServer _paypal = null!;

    public async Task InitializeAsync() => _paypal = await PayPalApiServer.StartAsync();

    public Task DisposeAsync() => _paypal.DisposeAsync().AsTask();

    [Fact]
    public async Task A_set_up_sends_the_payer_to_agree()
    {
        _paypal.On(Setups, 201, $$"""
            {"id":"{{Setup}}","customer":{"id":"cust1234"},"status":"PAYER_ACTION_REQUIRED",
             "links":[{"rel":"approve","href":"https://www.paypal.com/agreements/approve?approval_session_id={{Setup}}"}]}
            """);
        var reply = await SaveAsync(Save());
        Assert.Equal((GatewayOutcome.Accepted, Setup, "cust1234"), (reply.Outcome, reply.GatewayReference, reply.GatewayCustomerId));
        Assert.Equal("redirect", reply.NextAction!.Type);
        Assert.Empty(reply.Facts);
        Assert.Equal("pm_1", Assert.Single(_paypal.To(Setups)).Headers["PayPal-Request-Id"]);
    }

    [Fact]
    public async Task A_set_up_that_was_agreed_to_becomes_a_method_of_the_users()
    {
        _paypal.On(Tokens, 201, Kept);
        var reply = await SaveAsync(Save() with { Token = Setup });
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.PaymentMethodAttached, "8kk8451t", "user-1"), (fact.Kind, fact.Reference, fact.UserId));
        Assert.Equal(new FactDetails { Brand = "VISA", Last4 = "1111", ExpiryMonth = 3, ExpiryYear = 2030 }, fact.Details);
        var sent = _paypal.BodyOf(Tokens).GetProperty("payment_source").GetProperty("token").GetRawText();
        Assert.Equal($$"""{"id":"{{Setup}}","type":"SETUP_TOKEN"}""", sent);
    }

    [Theory]
    [InlineData(422, GatewayOutcome.Refused)]
    [InlineData(404, GatewayOutcome.Refused)]
    [InlineData(500, GatewayOutcome.Unknown)]
    public async Task A_set_up_that_cannot_be_kept_says_why(int status, GatewayOutcome outcome)
    {
        _paypal.On(Tokens, status, PayPalCalls.Error("TOKEN_NOT_APPROVED"));
        Assert.Equal(outcome, (await SaveAsync(Save() with { Token = Setup })).Outcome);
    }

    [Theory]
    [InlineData(204, GatewayOutcome.Accepted)]
    [InlineData(404, GatewayOutcome.Accepted)]
    [InlineData(403, GatewayOutcome.Refused)]
    [InlineData(500, GatewayOutcome.Unknown)]
    public async Task A_method_is_gone_when_PayPal_deleted_it_or_does_not_have_it(int status, GatewayOutcome outcome)
    {
        _paypal.On("DELETE /v3/vault/payment-tokens/8kk8451t", status, status == 204 ? "" : "{}");
        var reply = await _paypal.Client.DetachMethodAsync(
            new() { Account = "default", Key = "pm_2", UserId = "user-1", Token = "8kk8451t" }, CancellationToken.None);
        Assert.Equal(outcome, reply.Outcome);
        if (outcome == GatewayOutcome.Accepted)
            Assert.Equal((FactKind.PaymentMethodDetached, "user-1"), (Assert.Single(reply.Facts).Kind, reply.Facts[0].UserId));
    }

    [Fact]
    public async Task The_methods_of_a_customer_are_read_page_by_page()
    {
        _paypal.On("GET /v3/vault/payment-tokens", 200, $$"""{"total_pages":2,"payment_tokens":[{{Kept}}]}""")
            .On("GET /v3/vault/payment-tokens", 200,
                """{"total_pages":2,"payment_tokens":[{"id":"9kk8451t","payment_source":{"paypal":{} } }]}""");
        var reply = await _paypal.Client.ListMethodsAsync(new("default", "user-1", "cust1234"), CancellationToken.None);
        Assert.Equal(["8kk8451t", "9kk8451t"], reply.Facts.Select(fact => fact.Reference));
        Assert.Equal(["?customer_id=cust1234&page_size=20&page=1&total_required=true",
            "?customer_id=cust1234&page_size=20&page=2&total_required=true"], _paypal.Requests.Select(request => request.Query));
    }

    [Fact]
    public async Task Who_is_no_customer_has_no_methods()
    {
        var reply = await _paypal.Client.ListMethodsAsync(new("default", "user-1", null), CancellationToken.None);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Empty(reply.Facts);
        Assert.Empty(_paypal.Requests);
    }

    [Fact]
    public async Task An_account_without_credentials_is_refused()
    {
        var reply = await _paypal.Client.ListMethodsAsync(new("another", "user-1", "cust1234"), CancellationToken.None);
        Assert.Equal((GatewayOutcome.Refused, "unauthorized"), (reply.Outcome, reply.Failure!.Code));
        Assert.Equal(["default"], _paypal.Client.Accounts);
        Assert.Equal(("paypal", "closed"), (_paypal.Client.Name, _paypal.Client.HealthOf("default").Breaker));
    }

    private static SaveMethodCall Save() => new()
    {
        Account = "default",
        Key = "pm_1",
        UserId = "user-1",
        ReturnUrl = "https://shop.example/back",
    };

    private Task<GatewayReply> SaveAsync(SaveMethodCall call) => _paypal.Client.SaveMethodAsync(call, CancellationToken.None);
}
