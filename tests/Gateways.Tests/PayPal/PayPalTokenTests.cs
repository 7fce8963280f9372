using System.Text;
using PaymentPipeline.Gateways.Tests.Http;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalCalls;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalTokenTests : IAsyncLifetime
{
    private PayPalApiServer _paypal = null!;

    public async Task InitializeAsync()
    {
        _paypal = await PayPalApiServer.StartAsync();
        _paypal.On(OrderRoute, 200, OrderJson("APPROVED"));
    }

    public Task DisposeAsync() => _paypal.DisposeAsync().AsTask();

    [Fact]
    public async Task A_hundred_calls_at_once_fetch_one_token()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => LookAsync()));
        Assert.All(replies, reply => Assert.Equal(GatewayOutcome.Accepted, reply.Outcome));
        Assert.Equal(1, _paypal.TokensGiven);
        Assert.All(_paypal.Requests, request => Assert.Equal("Bearer " + PayPalApiServer.Token, request.Headers["Authorization"]));
    }

    [Fact]
    public async Task The_token_is_asked_for_with_the_credentials()
    {
        string? authorization = null, body = null;
        _paypal.On("POST /v1/oauth2/token", (context, request) =>
        {
            authorization = request.Headers["Authorization"];
            body = Encoding.UTF8.GetString(request.Body.Span);
            return context.AnswerAsync(200, """{"access_token":"t","expires_in":60}""");
        });
        await LookAsync();
        Assert.Equal("Basic " + Convert.ToBase64String("client-1:secret-1"u8), authorization);
        Assert.Equal("grant_type=client_credentials", body);
    }

    [Fact]
    public async Task A_token_is_replaced_before_its_end_and_not_sooner()
    {
        _paypal.TokenLife = 3600;
        await LookAsync();
        _paypal.Time.Ahead = TimeSpan.FromMinutes(54);
        await LookAsync();
        Assert.Equal(1, _paypal.TokensGiven);
        _paypal.Time.Ahead = TimeSpan.FromMinutes(56);
        await LookAsync();
        Assert.Equal(2, _paypal.TokensGiven);
    }

    [Fact]
    public async Task While_no_new_token_can_be_had_the_old_one_serves_until_its_end()
    {
        _paypal.TokenLife = 3600;
        await LookAsync();
        _paypal.On("POST /v1/oauth2/token", 503, """{"error":"temporarily_unavailable"}""");
        _paypal.Time.Ahead = TimeSpan.FromMinutes(56);
        Assert.Equal(GatewayOutcome.Accepted, (await LookAsync()).Outcome);
        _paypal.Time.Ahead = TimeSpan.FromMinutes(61);
        var reply = await _paypal.Client.RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId }, CancellationToken.None);
        Assert.Equal(GatewayOutcome.NotDone, reply.Outcome);
    }

    [Fact]
    public async Task A_refused_token_is_replaced_once_and_the_call_sent_again_under_its_key()
    {
        _paypal.On(OrdersRoute, 401, """{"error":"invalid_token","error_description":"Token expired."}""")
            .On(OrdersRoute, 201, OrderJson("PAYER_ACTION_REQUIRED"));
        var reply = await _paypal.Client.CreateAsync(Create(), CancellationToken.None);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal(2, _paypal.TokensGiven);
        Assert.Equal(["Bearer A21AA-token-1", "Bearer A21AA-token-2"],
            _paypal.To(OrdersRoute).Select(request => request.Headers["Authorization"]));
        Assert.Single(_paypal.To(OrdersRoute).Select(request => request.Headers["PayPal-Request-Id"]).Distinct());
    }

    [Fact]
    public async Task A_fresh_token_that_is_refused_too_is_the_end()
    {
        _paypal.On(OrdersRoute, 401, """{"error":"invalid_token"}""");
        var reply = await _paypal.Client.CreateAsync(Create(), CancellationToken.None);
        Assert.Equal((GatewayOutcome.Refused, "unauthorized"), (reply.Outcome, reply.Failure!.Code));
        Assert.Equal(2, _paypal.To(OrdersRoute).Count());
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client"}""", GatewayOutcome.Refused)]
    [InlineData(200, """{"access_token":"","expires_in":60}""", GatewayOutcome.NotDone)]
    [InlineData(200, """{"access_token":"a\r\nb","expires_in":60}""", GatewayOutcome.NotDone)]
    [InlineData(200, """{"access_token":"t","expires_in":0}""", GatewayOutcome.NotDone)]
    [InlineData(200, "[]", GatewayOutcome.NotDone)]
    [InlineData(503, "{}", GatewayOutcome.NotDone)]
    public async Task Without_a_token_nothing_is_sent(int status, string json, GatewayOutcome outcome)
    {
        _paypal.On("POST /v1/oauth2/token", status, json);
        Assert.Equal(outcome, (await _paypal.Client.CreateAsync(Create(), CancellationToken.None)).Outcome);
        Assert.Empty(_paypal.Requests);
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_the_token_from_nobody()
    {
        var gate = new TaskCompletionSource();
        _paypal.On("POST /v1/oauth2/token", async (context, _) =>
        {
            await gate.Task;
            await context.AnswerAsync(200, """{"access_token":"t","expires_in":3600}""");
        });
        using var impatient = new CancellationTokenSource();
        var first = _paypal.Client.LookUpAsync(LookUp(GatewayCallKind.Create), impatient.Token);
        var second = LookAsync();
        await impatient.CancelAsync();
        Assert.Equal(GatewayOutcome.Unknown, (await first).Outcome);
        gate.SetResult();
        Assert.Equal(GatewayOutcome.Accepted, (await second).Outcome);
    }

    private Task<GatewayReply> LookAsync() => _paypal.Client.LookUpAsync(LookUp(GatewayCallKind.Create), CancellationToken.None);
}
