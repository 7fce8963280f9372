using System.Text;
using Microsoft.Extensions.Options;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways.Tests.Http;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>What the client sends, and what it makes of Stripe's answers.</summary>
public sealed class StripeClientTests
{
    [Fact]
    public async Task A_call_is_signed_versioned_and_keyed()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("succeeded", received: 1000));

        await To(server, ("AccountId", "acct_1")).CreateAsync(Create(), CancellationToken.None);

        var request = Assert.Single(server.Requests);
        Assert.Equal("POST /v1/payment_intents", request.ToString());
        Assert.Equal(("Bearer " + Key, "2026-08-26.dahlia", PaymentId, "acct_1"),
            (request.Headers["Authorization"], request.Headers["Stripe-Version"], request.Headers["Idempotency-Key"],
                request.Headers["Stripe-Account"]));
        Assert.Equal("application/x-www-form-urlencoded", request.Headers["Content-Type"]);
        var form = Encoding.ASCII.GetString(request.Body.Span);
        Assert.Contains("return_url=https%3A%2F%2Fshop.example%2Fback%3Fa%3Db%26c%3Dd", form, StringComparison.Ordinal);
        Assert.Contains($"metadata%5Bpayment_id%5D={PaymentId}", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_payment_that_went_through_tells_what_its_webhooks_tell()
    {
        const string charge = """
            "latest_charge":{"id":"ch_1","object":"charge","outcome":{"risk_level":"elevated","risk_score":61},
             "payment_method_details":{"card":{"checks":
               {"address_line1_check":"fail","address_postal_code_check":"pass","cvc_check":"pass"}}}},
            """;
        await using var server = await ScriptedServer.StartAsync(
            200, Intent("succeeded", received: 1000).Replace("\"latest_charge\":null,", charge, StringComparison.Ordinal));

        var reply = await To(server).CreateAsync(Create(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Accepted, "pi_1", "ch_1", "pi_1_secret_2"),
            (reply.Outcome, reply.GatewayPaymentId, reply.GatewayReference, reply.ClientSecret));
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.Captured, FactKey.Total(FactKind.Captured, 1000), true), (fact.Kind, fact.Key, fact.IsCumulative));
        Assert.Equal(["ch_1", PaymentId, "pi_1"], fact.Aliases.Order());
        Assert.Equal(("line1=fail postal_code=pass", "pass", "elevated", 61),
            (fact.Details.AvsResult, fact.Details.CvvResult, fact.Details.RiskLevel, fact.Details.RiskScore));
    }

    [Fact]
    public async Task A_payer_who_must_act_is_sent_to_the_bank()
    {
        const string action = "\"next_action\":{\"type\":\"redirect_to_url\",\"redirect_to_url\":{\"url\":\"https://bank.example/3ds\"}},";
        await using var server = await ScriptedServer.StartAsync(200, Intent("requires_action", more: action));

        var reply = await To(server).CreateAsync(Create(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Accepted, new NextAction("redirect", "https://bank.example/3ds")), (reply.Outcome, reply.NextAction));
        Assert.Equal((FactKind.RequiresAction, "redirect_to_url"), (reply.Facts[0].Kind, reply.Facts[0].Details.NextActionType));
    }

    [Theory]
    [InlineData("card_declined", "insufficient_funds", "insufficient_funds"), InlineData("card_declined", "do_not_honor", "card_declined")]
    [InlineData("card_declined", "stolen_card", "fraud_suspected"), InlineData("expired_card", "expired_card", "expired_card")]
    [InlineData("authentication_required", "authentication_required", "authentication_required")]
    [InlineData("processing_error", "processing_error", "processing_error"), InlineData("card_declined", "a_new_one", "card_declined")]
    public async Task A_declined_card_is_definite_and_tells_the_failed_attempt(string code, string declineCode, string ours)
    {
        var error = $$"""{"type":"card_error","code":"{{code}}","decline_code":"{{declineCode}}","message":"No.","charge":"ch_1"}""";
        var intent = Intent("requires_payment_method", more: $"\"last_payment_error\":{error},");
        await using var server = await ScriptedServer.StartAsync(402, $$"""{"error":{{error[..^1]}},"payment_intent":{{intent}}} }""");

        var reply = await To(server).CreateAsync(Create(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Declined, new GatewayFailure(ours, code, declineCode, "No."), "pi_1"),
            (reply.Outcome, reply.Failure, reply.GatewayPaymentId));
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.AttemptFailed, FactKey.Of(FactKind.AttemptFailed, "ch_1"), "ch_1", code, declineCode),
            (fact.Kind, fact.Key, fact.PartId, fact.Details.FailureCode, fact.Details.DeclineCode));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(401, "invalid_request_error", "", GatewayOutcome.Refused, "unauthorized")]
    [InlineData(400, "invalid_request_error", "parameter_missing", GatewayOutcome.Refused, "invalid_request")]
    [InlineData(404, "invalid_request_error", "resource_missing", GatewayOutcome.Refused, "not_found")]
    [InlineData(400, "idempotency_error", "idempotency_key_reused", GatewayOutcome.Unknown, "invalid_request")]
    [InlineData(409, "invalid_request_error", "idempotency_key_in_use", GatewayOutcome.Unknown, "processing_error")]
    [InlineData(424, "api_error", "", GatewayOutcome.Unknown, "processing_error")]
    [InlineData(429, "invalid_request_error", "lock_timeout", GatewayOutcome.NotDone, "rate_limited")]
    [InlineData(500, "api_error", "", GatewayOutcome.Unknown, "gateway_error")]
    public async Task F30_an_error_says_what_is_certain(int status, string type, string code, GatewayOutcome outcome, string ours)
    {
        await using var server = await ScriptedServer.StartAsync(status, Error(type, code));

        var reply = await To(server).CreateAsync(Create(), CancellationToken.None);

        Assert.Equal((outcome, ours), (reply.Outcome, reply.Failure?.Code));
        Assert.Empty(reply.Facts);
    }

    [Fact]
    public async Task F29_every_try_carries_the_same_key_and_the_same_form()
    {
        await using var server = await ScriptedServer.StartAsync((context, number) => number < 3
            ? context.AnswerAsync(number == 1 ? 500 : 409, "{}")
            : context.AnswerAsync(200, Intent("succeeded", received: 1000)));

        var reply = await To(server).CreateAsync(Create(), CancellationToken.None);

        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal([PaymentId], server.Requests.Select(request => request.Headers["Idempotency-Key"]).Distinct());
        Assert.Single(server.Requests.Select(request => Encoding.ASCII.GetString(request.Body.Span)).Distinct());
    }

    public static TheoryData<string, string> Mismatches => new()
    {
        { "amount", Intent("succeeded", amount: 999, received: 999) },
        { "currency", Intent("succeeded", received: 1000, currency: "eur") },
        { "payment", Intent("succeeded", received: 1000, paymentId: "pay_0199f0a2b3c4d5e6f708192a3b4c5d00") },
        { "object", Intent("succeeded", received: 1000).Replace("payment_intent\"", "setup_intent\"", StringComparison.Ordinal) },
        { "nobody's", Intent("succeeded", received: 1000).Replace("payment_id", "other_id", StringComparison.Ordinal) },
    };

    [Theory, MemberData(nameof(Mismatches))]
    public async Task F31_an_answer_about_something_else_is_no_success(string what, string answer)
    {
        await using var server = await ScriptedServer.StartAsync(200, answer);

        var reply = await To(server).CreateAsync(Create(), CancellationToken.None);

        Assert.True((GatewayOutcome.Unknown, "mismatched_reply") == (reply.Outcome, reply.Failure?.Code), $"{what}: {reply}");
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData(""), InlineData("[]"), InlineData("{\"object\":"), InlineData("\"ok\""), InlineData("{}"), InlineData("null")]
    [InlineData("""{"object":"payment_intent","id":"pi_1","id":"pi_2"}""")]
    public async Task F31_nonsense_is_no_success(string answer)
    {
        await using var server = await ScriptedServer.StartAsync(200, answer);
        var stripe = To(server);

        GatewayReply[] replies =
        [
            await stripe.CreateAsync(Create(), CancellationToken.None),
            await stripe.ConfirmAsync(Confirm(), CancellationToken.None),
            await stripe.CaptureAsync(Capture(), CancellationToken.None),
            await stripe.CancelAsync(Cancel(), CancellationToken.None),
            await stripe.RefundAsync(Refund(), CancellationToken.None),
            await stripe.LookUpAsync(LookUp(GatewayCallKind.Create), CancellationToken.None),
            await stripe.LookUpAsync(LookUp(GatewayCallKind.Refund, RefundId), CancellationToken.None),
            await stripe.SaveMethodAsync(Save(), CancellationToken.None),
            await stripe.DetachMethodAsync(Detach(), CancellationToken.None),
            await stripe.ListMethodsAsync(new ListMethodsCall("default", "u1", "cus_1"), CancellationToken.None),
            await stripe.ReadDisputeAsync(new ReadDisputeCall("default", "dp_1"), CancellationToken.None),
        ];

        Assert.All(replies, reply => Assert.Equal((GatewayOutcome.Unknown, 0), (reply.Outcome, reply.Facts.Count)));
    }

    [Theory]
    [InlineData("../customers"), InlineData("pi_1/cancel"), InlineData("pi_1?x=y"), InlineData(""), InlineData("..")]
    public async Task An_id_that_is_none_is_never_asked_for(string id)
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("canceled"));

        var reply = await To(server).CancelAsync(Cancel() with { GatewayPaymentId = id }, CancellationToken.None);

        Assert.Equal((GatewayOutcome.Refused, "not_found"), (reply.Outcome, reply.Failure?.Code));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_amount_that_Stripe_cannot_be_told_is_refused_here()
    {
        await using var server = await ScriptedServer.StartAsync(200);

        var reply = await To(server).CreateAsync(Create() with { Amount = Amount(1001, "KWD") }, CancellationToken.None);

        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (reply.Outcome, reply.Failure?.Code));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void Only_accounts_with_a_key_are_served()
    {
        Assert.Null(Registry(("WebhookSecrets:0", "whsec_1")).Find("stripe"));
        var stripe = Registry(("ApiKey", Key), ("Accounts:b:ApiKey", "sk_2"), ("Accounts:c:WebhookSecrets:0", "whsec_1")).Find("stripe")!;

        Assert.Equal(["b", "default"], stripe.Accounts.Order());
        Assert.Equal("closed", stripe.HealthOf("b").Breaker);
    }

    [Theory]
    [InlineData("ApiKey", "sk test"), InlineData("ApiKey", "sk_1\r\nX: y"), InlineData("BaseUrl", "http://api.stripe.com")]
    [InlineData("Http:TryTimeoutMs", "5"), InlineData("Http:CallTimeoutMs", "200"), InlineData("Http:TriesMax", "many")]
    public void A_wrong_setting_stops_the_start(string name, string value)
    {
        var problem = Assert.Throws<OptionsValidationException>(() => Registry([.. Wrong(name, value)]));

        Assert.Contains(name.Split(':')[^1], problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_1", problem.Message, StringComparison.Ordinal);

        static IEnumerable<(string, string)> Wrong(string name, string value) =>
            name == "ApiKey" ? [(name, value)] : [("ApiKey", Key), (name, value)];
    }
}
