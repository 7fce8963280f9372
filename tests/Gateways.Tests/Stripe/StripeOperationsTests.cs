using System.Text;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways.Tests.Http;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>Confirm, capture, cancel, refund: what is definite, and what an earlier sending may have done.</summary>
public sealed class StripeOperationsTests
{
    private const string Unexpected = "payment_intent_unexpected_state";

    [Fact]
    public async Task Several_captures_tell_the_total_so_far()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("requires_capture", received: 300));

        var reply = await To(server).CaptureAsync(Capture(300, isFinal: false), CancellationToken.None);

        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal(
            [FactKey.Total(FactKind.Authorized, 1000), FactKey.Total(FactKind.Captured, 300)], reply.Facts.Select(fact => fact.Key));
        var form = Encoding.ASCII.GetString(Assert.Single(server.Requests).Body.Span);
        Assert.Contains("amount_to_capture=300", form, StringComparison.Ordinal);
        Assert.Contains("final_capture=false", form, StringComparison.Ordinal);
        Assert.Contains($"metadata%5B{CaptureId}%5D=300", form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task F31_a_capture_of_which_less_was_received_is_no_success()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("succeeded", received: 999));

        var reply = await To(server).CaptureAsync(Capture(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure?.Code));
    }

    [Fact]
    public async Task F31_a_cancel_that_left_the_payment_alive_is_no_success()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("requires_capture"));

        var reply = await To(server).CancelAsync(Cancel(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure?.Code));
    }

    [Fact]
    public async Task A_cancel_tells_the_release()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("canceled"));

        var reply = await To(server).CancelAsync(Cancel(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Accepted, FactKey.Of(FactKind.Voided, "pi_1")), (reply.Outcome, reply.Facts.Single().Key));
    }

    [Fact]
    public async Task A_payment_made_at_Stripe_may_carry_what_another_shop_system_calls_payment_id()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("canceled", paymentId: "12345"));

        Assert.Equal(GatewayOutcome.Accepted, (await To(server).CancelAsync(Cancel(), CancellationToken.None)).Outcome);
        Assert.Equal("mismatched_reply", (await To(server).CreateAsync(Create(), CancellationToken.None)).Failure?.Code);
    }

    public static TheoryData<string, string, string> Tellings => new()
    {
        { "payment_intent.succeeded", "create", Intent("succeeded", received: 1000) },
        { "payment_intent.amount_capturable_updated", "create", Intent("requires_capture") },
        { "payment_intent.amount_capturable_updated", "create", Intent("requires_capture", received: 300) },
        { "payment_intent.canceled", "cancel", Intent("canceled") },
        { "refund.created", "refund", Refunded("pending") },
        { "refund.failed", "refund", Refunded("failed") },
    };

    [Theory, MemberData(nameof(Tellings))]
    public async Task F36_a_reply_and_a_webhook_tell_the_same_facts(string type, string call, string told)
    {
        await using var server = await ScriptedServer.StartAsync(200, told);
        var stripe = To(server);

        var reply = call switch
        {
            "create" => await stripe.CreateAsync(Create(), CancellationToken.None),
            "cancel" => await stripe.CancelAsync(Cancel(), CancellationToken.None),
            _ => await stripe.RefundAsync(Refund(), CancellationToken.None),
        };

        var byWebhook = StripeUnderTest.Facts(type, told);
        Assert.NotEmpty(byWebhook);
        Assert.Equal(byWebhook.Select(Told), reply.Facts.Select(Told));

        static string Told(Fact fact) =>
            $"{fact.Key} {fact.Kind} {fact.PartId} {fact.Amount} {fact.IsCumulative} {fact.PaymentAmount} {string.Join(' ', fact.Aliases)}";
    }

    [Theory]
    [InlineData("pending", GatewayOutcome.Accepted, FactKind.RefundPending)]
    [InlineData("succeeded", GatewayOutcome.Accepted, FactKind.RefundSucceeded)]
    [InlineData("failed", GatewayOutcome.Declined, FactKind.RefundFailed)]
    public async Task A_refund_tells_how_it_stands(string status, GatewayOutcome outcome, FactKind kind)
    {
        await using var server = await ScriptedServer.StartAsync(200, Refunded(status));

        var reply = await To(server).RefundAsync(Refund(), CancellationToken.None);

        Assert.Equal((outcome, "re_9", "pi_1"), (reply.Outcome, reply.GatewayReference, reply.GatewayPaymentId));
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKey.Of(kind, "re_9"), "re_9", 400), (fact.Key, fact.PartId, fact.Amount!.Value.AmountMinor));
        Assert.Contains(PaymentId, fact.Aliases);
    }

    [Theory]
    [InlineData(401L, RefundId, "pi_1"), InlineData(400L, "re_0199f0a2b3c4d5e6f708192a3b4c5d00", "pi_1")]
    [InlineData(400L, RefundId, "pi_2")]
    public async Task F31_a_refund_of_something_else_is_no_success(long amount, string operationId, string intent)
    {
        await using var server = await ScriptedServer.StartAsync(200, Refunded("succeeded", amount, operationId, intent));

        var reply = await To(server).RefundAsync(Refund(), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure?.Code));
        Assert.Empty(reply.Facts);
    }

    [Fact]
    public async Task A_payer_who_is_back_is_asked_about_and_not_confirmed_again()
    {
        await using var server = await ScriptedServer.StartAsync(200, Intent("succeeded", received: 1000));
        var back = Confirm() with { Token = null, ActionResult = new Dictionary<string, string> { ["payment_intent"] = "pi_1" } };

        var reply = await To(server).ConfirmAsync(back, CancellationToken.None);

        Assert.Equal((GatewayOutcome.Accepted, "GET /v1/payment_intents/pi_1"), (reply.Outcome, server.Requests.Single().ToString()));
    }

    public static TheoryData<string, string, GatewayOutcome> States => new()
    {
        // What the call wanted is there, and it was this call.
        { "confirm", Intent("succeeded", received: 1000), GatewayOutcome.Accepted },
        { "capture", Intent("succeeded", received: 1000), GatewayOutcome.Accepted },
        { "cancel", Intent("canceled"), GatewayOutcome.Accepted },
        { "refund", Refunded("succeeded"), GatewayOutcome.Accepted },
        { "refund", Refunded("failed"), GatewayOutcome.Declined },
        // It is not, or another call did it.
        { "confirm", Intent("canceled"), GatewayOutcome.Refused },
        { "capture", Intent("succeeded", received: 1000).Replace("cap_", "cap_x", StringComparison.Ordinal), GatewayOutcome.Refused },
        { "capture", Intent("canceled").Replace("cap_", "cap_x", StringComparison.Ordinal), GatewayOutcome.Refused },
        { "cancel", Intent("succeeded", received: 1000), GatewayOutcome.Refused },
        { "refund", Refunded("succeeded", operationId: "re_other"), GatewayOutcome.Refused },
        // Nobody can tell.
        { "capture", "{}", GatewayOutcome.Unknown }, { "refund", "[]", GatewayOutcome.Unknown },
    };

    [Theory, MemberData(nameof(States))]
    public async Task F32_a_payment_in_another_state_is_looked_at_before_the_call_is_called_refused(
        string call, string standing, GatewayOutcome outcome)
    {
        await using var server = await ScriptedServer.StartAsync((context, request, _) => request.Method == "GET"
            ? context.AnswerAsync(200, call == "refund" ? $$"""{"object":"list","has_more":false,"data":[{{standing}}]}""" : standing)
            : context.AnswerAsync(400, Error("invalid_request_error", call == "refund" ? "charge_already_refunded" : Unexpected)));
        var stripe = To(server);

        var reply = call switch
        {
            "confirm" => await stripe.ConfirmAsync(Confirm(), CancellationToken.None),
            "capture" => await stripe.CaptureAsync(Capture(), CancellationToken.None),
            "cancel" => await stripe.CancelAsync(Cancel(), CancellationToken.None),
            _ => await stripe.RefundAsync(Refund(), CancellationToken.None),
        };

        Assert.Equal(outcome, reply.Outcome);
        Assert.Equal(["POST", "GET"], server.Requests.Select(request => request.Method));
        if (outcome == GatewayOutcome.Refused) Assert.Contains(reply.Failure!.Code, (string[])["invalid_state", "already_done"]);
    }

    [Fact]
    public async Task A_user_who_is_no_customer_yet_becomes_one_under_a_key_of_the_call()
    {
        await using var server = await ScriptedServer.StartAsync((context, request, _) => request.Path == "/v1/customers"
            ? context.AnswerAsync(200, """{"id":"cus_7","object":"customer"}""")
            : context.AnswerAsync(200, Intent("succeeded", received: 1000)));

        var reply = await To(server).CreateAsync(Create() with { SaveMethod = true }, CancellationToken.None);

        Assert.Equal((GatewayOutcome.Accepted, "cus_7"), (reply.Outcome, reply.GatewayCustomerId));
        Assert.Equal([PaymentId + "-customer", PaymentId], server.Requests.Select(request => request.Headers["Idempotency-Key"]));
        var form = Encoding.ASCII.GetString(server.Requests[1].Body.Span);
        Assert.Contains("customer=cus_7", form, StringComparison.Ordinal);
        Assert.Contains("setup_future_usage=off_session", form, StringComparison.Ordinal);
    }

    /// <summary>Stripe refuses a key that comes with another body: what is known of the payer may differ from call to call.</summary>
    [Fact]
    public async Task A_users_customer_is_asked_for_in_the_same_words_whatever_is_known_of_the_payer()
    {
        await using var server = await ScriptedServer.StartAsync((context, request, _) => request.Path == "/v1/customers"
            ? context.AnswerAsync(200, """{"id":"cus_7","object":"customer"}""")
            : context.AnswerAsync(400, """{"error":{"type":"idempotency_error","message":"Another body."}}"""));
        var stripe = To(server);

        foreach (var email in new[] { "a@example.org", "b@example.org", null })
        {
            var reply = await stripe.EnsureCustomerAsync(Customer(email), CancellationToken.None);
            Assert.Equal((GatewayOutcome.Accepted, "cus_7"), (reply.Outcome, reply.GatewayCustomerId));
        }

        var asked = server.Requests.Where(request => request.Path == "/v1/customers").ToList();
        Assert.Equal((3, 1), (asked.Count, asked.Select(request => Encoding.ASCII.GetString(request.Body.Span)).Distinct().Count()));
        Assert.Equal(["cus_u1-customer"], asked.Select(request => request.Headers["Idempotency-Key"]).Distinct());
        Assert.Equal(2, server.Requests.Count(request => request.Path == "/v1/customers/cus_7"));
    }

    [Fact]
    public async Task Where_no_customer_could_be_made_no_payment_was_tried()
    {
        await using var server = await ScriptedServer.StartAsync(500);

        var reply = await To(server).CreateAsync(Create() with { SaveMethod = true }, CancellationToken.None);

        Assert.Equal(GatewayOutcome.NotDone, reply.Outcome);
        Assert.All(server.Requests, request => Assert.Equal("/v1/customers", request.Path));
    }

    [Fact]
    public async Task Methods_are_attached_listed_and_detached_as_facts_of_the_user()
    {
        const string method = """
            {"id":"pm_1","object":"payment_method","type":"card","customer":"cus_1",
             "card":{"brand":"visa","last4":"4242","exp_month":12,"exp_year":2031}}
            """;
        await using var server = await ScriptedServer.StartAsync((context, request, number) => context.AnswerAsync(200, number switch
        {
            2 => $$"""{"object":"list","has_more":true,"data":[{{method}}]}""",
            3 => $$"""{"object":"list","has_more":false,"data":[{{method.Replace("pm_1", "pm_2", StringComparison.Ordinal)}}]}""",
            _ => method,
        }));
        var stripe = To(server);

        var saved = await stripe.SaveMethodAsync(Save("pm_1"), CancellationToken.None);
        var listed = await stripe.ListMethodsAsync(new ListMethodsCall("default", "u1", "cus_1"), CancellationToken.None);
        var detached = await stripe.DetachMethodAsync(Detach(), CancellationToken.None);

        Assert.Equal(FactKey.Of(FactKind.PaymentMethodAttached, "pm_1"), saved.Facts.Single().Key);
        Assert.Equal(("u1", "visa", "4242"), (saved.Facts[0].UserId, saved.Facts[0].Details.Brand, saved.Facts[0].Details.Last4));
        Assert.Equal(["pm_1", "pm_2"], listed.Facts.Select(fact => fact.Reference));
        Assert.Contains("starting_after=pm_1", server.Requests[2].Query, StringComparison.Ordinal);
        Assert.Equal(FactKey.Of(FactKind.PaymentMethodDetached, "pm_1"), detached.Facts.Single().Key);
    }

    [Fact]
    public async Task A_method_of_another_customer_is_no_success()
    {
        const string method = """{"id":"pm_1","object":"payment_method","type":"card","customer":"cus_2"}""";
        await using var server = await ScriptedServer.StartAsync(200, method);

        var reply = await To(server).SaveMethodAsync(Save("pm_1"), CancellationToken.None);

        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure?.Code));
    }

    [Fact]
    public async Task A_dispute_tells_what_its_webhook_tells()
    {
        await using var server = await ScriptedServer.StartAsync(200, """
            {"id":"dp_1","object":"dispute","amount":1000,"currency":"usd","charge":"ch_1","payment_intent":"pi_1","status":"lost",
             "reason":"fraudulent","created":1793613600,"balance_transactions":[]}
            """);

        var reply = await To(server).ReadDisputeAsync(new ReadDisputeCall("default", "dp_1"), CancellationToken.None);

        Assert.Equal([FactKind.DisputeOpened, FactKind.DisputeFundsWithdrawn, FactKind.DisputeLost], reply.Facts.Select(fact => fact.Kind));
        Assert.All(reply.Facts, fact => Assert.Equal(FactKey.Of(fact.Kind, "dp_1"), fact.Key));
    }
}
