using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PaymentPipeline.Gateways.Tests.Http;
using PaymentPipeline.TestKit.OpenApi;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

/// <summary>Errors, silence and nonsense: nothing of it is a success, and what may have happened is never called undone.</summary>
public sealed class AdyenTroubleTests
{
    private const string Html = "<html><body>It works</body></html>";

    [Theory]
    [InlineData(401, "000", GatewayOutcome.Refused, "unauthorized")]
    [InlineData(403, "010", GatewayOutcome.Refused, "unauthorized")]
    [InlineData(403, "901", GatewayOutcome.Refused, "unauthorized")]
    [InlineData(400, "702", GatewayOutcome.Refused, "invalid_request")]
    [InlineData(422, "14_0408", GatewayOutcome.Refused, "invalid_request")]
    [InlineData(422, "167", GatewayOutcome.Refused, "invalid_state")]
    [InlineData(422, "704", GatewayOutcome.Unknown, "gateway_error")]
    [InlineData(409, "704", GatewayOutcome.Unknown, "gateway_error")]
    [InlineData(500, "905", GatewayOutcome.Unknown, "gateway_error")]
    [InlineData(429, "", GatewayOutcome.NotDone, "rate_limited")]
    public async Task An_error_is_judged_by_what_it_leaves_certain(int status, string errorCode, GatewayOutcome outcome, string code)
    {
        await using var adyen = await StartAsync(status, Error(status, errorCode), ("Http:TriesMax", "2"));
        var reply = await adyen.Client.CaptureAsync(Capture(), default);
        Assert.Equal((outcome, code), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
        if (outcome == GatewayOutcome.Refused) Assert.Equal((errorCode, "Why"), (reply.Failure.GatewayCode, reply.Failure.Message));
    }

    [Fact]
    public async Task An_error_without_a_body_is_an_error_all_the_same()
    {
        await using var adyen = await StartAsync((context, _, _) =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal((GatewayOutcome.Refused, "unauthorized", "401"), (reply.Outcome, reply.Failure!.Code, reply.Failure.GatewayCode));
    }

    [Fact]
    public async Task F29_every_try_carries_the_same_key_and_the_same_body()
    {
        await using var adyen = await StartAsync((context, _, number) =>
            number < 3 ? context.AnswerAsync(500, Error(500, "905")) : context.AnswerAsync(201, Received(RefundId)));
        var reply = await adyen.Client.RefundAsync(Refund(), default);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        AssertOneCall(adyen.Requests, 3, RefundId);
    }

    [Fact]
    public async Task An_error_that_calls_itself_transient_is_tried_again_under_the_same_key()
    {
        await using var adyen = await StartAsync((context, _, number) => number == 1
            ? context.AnswerAsync(422, Error(422, "704"), ("transient-error", "true"))
            : context.AnswerAsync(200, Result("Authorised")));
        Assert.Equal(GatewayOutcome.Accepted, (await adyen.Client.CreateAsync(Create(), default)).Outcome);
        AssertOneCall(adyen.Requests, 2, PaymentId);
    }

    [Fact]
    public async Task A_transient_error_that_stays_leaves_the_outcome_unknown()
    {
        await using var adyen = await StartAsync((context, _, _) =>
            context.AnswerAsync(422, Error(422, "14_030"), ("transient-error", "true")), ("Http:TriesMax", "2"));
        Assert.Equal(GatewayOutcome.Unknown, (await adyen.Client.CreateAsync(Create(), default)).Outcome);
        AssertOneCall(adyen.Requests, 2, PaymentId);
    }

    [Fact]
    public async Task F28_silence_after_sending_is_unknown_and_asked_again_under_the_same_key()
    {
        await using var adyen = await StartAsync(
            (context, _, _) => context.NeverAnswerAsync(),
            ("Http:TryTimeoutMs", "300"), ("Http:CallTimeoutMs", "20000"), ("Http:TriesMax", "2"));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal((GatewayOutcome.Unknown, "timeout"), (reply.Outcome, reply.Failure!.Code));
        AssertOneCall(adyen.Requests, 2, PaymentId);
    }

    [Fact]
    public async Task A_refusal_after_a_try_whose_answer_was_lost_says_nothing_of_that_try()
    {
        await using var adyen = await StartAsync((context, _, number) => number == 1
            ? context.AnswerAsync(500, Error(500, "905"))
            : context.AnswerAsync(403, Error(403, "010")));
        Assert.Equal(GatewayOutcome.Unknown, (await adyen.Client.CaptureAsync(Capture(), default)).Outcome);
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("null", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("""{"resultCode":"Authorised"}""", "application/json")]
    [InlineData("""{"resultCode":"Authorised","pspReference":"JLCMPCQ8HXSKGK82""", "application/json")]
    [InlineData("""{"resultCode":"Refused","resultCode":"Authorised","pspReference":"JLCMPCQ8HXSKGK82"}""", "application/json")]
    [InlineData("""{"resultCode":"PartiallyAuthorised","pspReference":"JLCMPCQ8HXSKGK82"}""", "application/json")]
    [InlineData("""{"resultCode":"AuthenticationFinished","pspReference":"JLCMPCQ8HXSKGK82"}""", "application/json")]
    [InlineData("""{"resultCode":"SomethingNew","pspReference":"JLCMPCQ8HXSKGK82"}""", "application/json")]
    [InlineData("""{"resultCode":["Authorised"],"pspReference":"JLCMPCQ8HXSKGK82"}""", "application/json")]
    [InlineData("""{"resultCode":"RedirectShopper","pspReference":"JLCMPCQ8HXSKGK82"}""", "application/json")]
    [InlineData(Html, "application/json")]
    [InlineData(Html, "text/html")]
    public async Task F31_nonsense_under_a_good_status_is_unknown(string answer, string type)
    {
        await using var adyen = await StartAsync((context, _, _) => AnswerAsync(context, answer, type));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal((GatewayOutcome.Unknown, "unreadable_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
        Assert.Null(reply.GatewayPaymentId);
    }

    [Theory]
    [InlineData("""{"currency":"EUR","value":1998}""")]
    [InlineData("""{"currency":"USD","value":1999}""")]
    [InlineData("""{"currency":"eur","value":1999}""")]
    [InlineData("""{"currency":"EUR"}""")]
    [InlineData("{}")]
    public async Task F31_another_amount_is_unknown(string amount)
    {
        await using var adyen = await StartAsync(200, Result("Authorised", root => root["amount"] = JsonNode.Parse(amount)));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData("pay_0199aaaabbbb7ccc8ddd000000000009")]
    [InlineData(PaymentId + ".auto")]
    public async Task F31_another_payments_reference_is_unknown(string reference)
    {
        await using var adyen = await StartAsync(200, Result("Authorised", root => root["merchantReference"] = reference));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
    }

    [Fact]
    public async Task F31_a_redirect_is_not_followed()
    {
        await using var adyen = await StartAsync((context, _, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/v72/payments";
            return Task.CompletedTask;
        });
        Assert.Equal(GatewayOutcome.Unknown, (await adyen.Client.CreateAsync(Create(), default)).Outcome);
        Assert.Single(adyen.Requests);
    }

    [Fact]
    public async Task Where_nobody_listens_certainly_nothing_happened()
    {
        await using var adyen = await StartAsync(200, "{}", ("BaseUrl", "http://127.0.0.1:1/v72"), ("Http:TriesMax", "2"));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal((GatewayOutcome.NotDone, "unreachable"), (reply.Outcome, reply.Failure!.Code));
        Assert.Equal(0, adyen.Client.HealthOf("default").CallsInFlight);
    }

    private static void AssertOneCall(IReadOnlyList<RecordedRequest> requests, int tries, string key)
    {
        Assert.Equal(tries, requests.Count);
        Assert.All(requests, request => Assert.Equal(key, request.Headers["Idempotency-Key"]));
        Assert.Single(requests.Select(request => Encoding.UTF8.GetString(request.Body.Span)).Distinct());
    }

    private static string Error(int status, string errorCode) =>
        $$"""{"status":{{status}},"errorCode":"{{errorCode}}","message":"Why","errorType":"validation","pspReference":"ERR1"}""";

    private static Task AnswerAsync(HttpContext context, string answer, string type)
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer)).AsTask();
    }
}
