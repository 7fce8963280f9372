using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways.Tests.Http;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>F32: what is told of a call that was sent long ago, without sending it again.</summary>
public sealed class StripeLookUpTests
{
    private const string NoTrace = "not_found";
    private const string Failed = "\"last_payment_error\":{\"code\":\"card_declined\"},";

    [Fact]
    public async Task F32_a_payment_whose_id_never_came_is_found_by_ours()
    {
        var intent = Intent("succeeded", received: 1000);
        await using var server = await ScriptedServer.StartAsync(200, $$"""{"object":"search_result","data":[{{intent}}]}""");

        var reply = await To(server).LookUpAsync(LookUp(GatewayCallKind.Create, intent: null), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Accepted, "pi_1"), (reply.Outcome, reply.GatewayPaymentId));
        Assert.Equal(FactKey.Total(FactKind.Captured, 1000), reply.Facts.Single().Key);
        var request = Assert.Single(server.Requests);
        Assert.Equal("GET /v1/payment_intents/search", request.ToString());
        Assert.StartsWith($"?query=metadata%5B%27payment_id%27%5D%3A%27{PaymentId}%27&", request.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, GatewayOutcome.Refused, NoTrace), InlineData(2, GatewayOutcome.Unknown, "mismatched_reply")]
    public async Task F32_none_is_no_trace_and_two_are_a_riddle(int count, GatewayOutcome outcome, string code)
    {
        var found = string.Join(',', Enumerable.Repeat(Intent("succeeded", received: 1000), count));
        await using var server = await ScriptedServer.StartAsync(200, $$"""{"object":"search_result","data":[{{found}}]}""");

        var reply = await To(server).LookUpAsync(LookUp(GatewayCallKind.Create, intent: null), CancellationToken.None);

        Assert.Equal((outcome, code), (reply.Outcome, reply.Failure?.Code));
    }

    [Fact]
    public async Task F32_of_what_was_sent_just_now_the_search_knows_nothing_yet()
    {
        await using var server = await ScriptedServer.StartAsync(200, """{"object":"search_result","data":[]}""");
        var call = LookUp(GatewayCallKind.Create, intent: null) with { SentAt = TimeProvider.System.GetUtcNow() };

        Assert.Equal(GatewayOutcome.Unknown, (await To(server).LookUpAsync(call, CancellationToken.None)).Outcome);
    }

    public static TheoryData<GatewayCallKind, string, GatewayOutcome> Standings => new()
    {
        { GatewayCallKind.Create, Intent("requires_payment_method"), GatewayOutcome.Accepted },
        { GatewayCallKind.Create, Intent("requires_payment_method", more: Failed), GatewayOutcome.Declined },
        { GatewayCallKind.Create, Intent("succeeded", amount: 999, received: 999), GatewayOutcome.Unknown },
        { GatewayCallKind.Create, Intent("succeeded", received: 1000, id: "pi_2"), GatewayOutcome.Unknown },
        { GatewayCallKind.Confirm, Intent("requires_confirmation"), GatewayOutcome.Refused },
        { GatewayCallKind.Confirm, Intent("requires_action"), GatewayOutcome.Accepted },
        { GatewayCallKind.Capture, Intent("succeeded", received: 1000), GatewayOutcome.Accepted },
        { GatewayCallKind.Capture, Intent("requires_capture").Replace(CaptureId, "x", StringComparison.Ordinal), GatewayOutcome.Refused },
        { GatewayCallKind.Cancel, Intent("canceled"), GatewayOutcome.Accepted },
        { GatewayCallKind.Cancel, Intent("requires_capture"), GatewayOutcome.Refused },
    };

    [Theory, MemberData(nameof(Standings))]
    public async Task F32_the_payment_itself_shows_what_was_done(GatewayCallKind kind, string intent, GatewayOutcome outcome)
    {
        await using var server = await ScriptedServer.StartAsync(200, intent);
        var operation = kind == GatewayCallKind.Capture ? CaptureId : null;

        var reply = await To(server).LookUpAsync(LookUp(kind, operation), CancellationToken.None);

        Assert.Equal(outcome, reply.Outcome);
        Assert.Equal("GET /v1/payment_intents/pi_1", Assert.Single(server.Requests).ToString());
        if (outcome == GatewayOutcome.Refused) Assert.Equal(NoTrace, reply.Failure?.Code);
    }

    [Theory]
    [InlineData(RefundId, GatewayOutcome.Accepted), InlineData("re_other", GatewayOutcome.Refused)]
    public async Task F32_a_refund_is_found_by_our_id_of_it(string operationId, GatewayOutcome outcome)
    {
        var other = Refunded("succeeded", operationId: "re_another");
        await using var server = await ScriptedServer.StartAsync((context, number) => context.AnswerAsync(200, number == 1
            ? $$"""{"object":"list","has_more":true,"data":[{{other}}]}"""
            : $$"""{"object":"list","has_more":false,"data":[{{Refunded("succeeded", operationId: operationId)}}]}"""));

        var reply = await To(server).LookUpAsync(LookUp(GatewayCallKind.Refund, RefundId, 400), CancellationToken.None);

        Assert.Equal(outcome, reply.Outcome);
        Assert.All(server.Requests, request => Assert.Contains("payment_intent=pi_1", request.Query, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401), InlineData(400), InlineData(429), InlineData(500)]
    public async Task F32_what_cannot_be_read_says_nothing(int status)
    {
        await using var server = await ScriptedServer.StartAsync(status, Error("invalid_request_error", "some"));
        var stripe = To(server);

        Assert.Equal(GatewayOutcome.Unknown, (await stripe.LookUpAsync(LookUp(GatewayCallKind.Create), CancellationToken.None)).Outcome);
        Assert.Equal(GatewayOutcome.Unknown,
            (await stripe.LookUpAsync(LookUp(GatewayCallKind.Refund, RefundId), CancellationToken.None)).Outcome);
    }

    [Fact]
    public async Task F32_a_payment_that_Stripe_does_not_have_is_no_trace()
    {
        await using var server = await ScriptedServer.StartAsync(404, Error("invalid_request_error", "resource_missing"));

        var reply = await To(server).LookUpAsync(LookUp(GatewayCallKind.Capture, CaptureId), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Refused, NoTrace), (reply.Outcome, reply.Failure?.Code));
    }
}
