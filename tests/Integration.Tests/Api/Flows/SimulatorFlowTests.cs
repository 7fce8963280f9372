using System.Net;
using System.Text.Json;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>The flows over the real clients, at the simulator's Stripe, Adyen and PayPal.</summary>
public sealed class SimulatorFlowTests(SimulatorFixture sim) : IClassFixture<SimulatorFixture>
{
    [Theory, InlineData("stripe"), InlineData("adyen"), InlineData("paypal")]
    public async Task Money_is_held_and_let_go(string gateway)
    {
        await sim.KnobsAsync("{}");
        var made = await sim.CreateAsync(gateway);
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        var id = Text(made, "paymentId");
        Assert.Equal("AUTHORIZED", Text(made, "status"));

        var cancelled = await sim.PostAsync($"/v1/payments/{id}/cancel", "{}");

        // Adyen tells the outcome of a modification by webhook only.
        Assert.Equal(gateway == "adyen" ? (HttpStatusCode.Accepted, "AUTHORIZED") : (HttpStatusCode.OK, "CANCELED"), (cancelled.Status, Text(cancelled, "status")));
        Assert.Contains("cancel", await sim.EffectsAsync(id));
    }

    [Theory, InlineData("stripe"), InlineData("paypal")]
    public async Task Money_is_taken_in_part_and_given_back_in_part(string gateway)
    {
        await sim.KnobsAsync("{}");
        var id = Text(await sim.CreateAsync(gateway), "paymentId");

        var capture = await sim.PostAsync($"/v1/payments/{id}/capture", """{"amount":700,"final":true}""");
        Assert.True(capture.Status == HttpStatusCode.OK, capture.Body);
        Assert.Equal(700, capture.Json.GetProperty("amountCaptured").GetInt64());
        var refund = await sim.PostAsync("/v1/refunds", $$"""{"paymentId":"{{id}}","amount":300,"reason":"requested_by_customer"}""");
        Assert.True(refund.Status == HttpStatusCode.Created, refund.Body);
        Assert.Equal(("SUCCEEDED", "requested_by_customer"), (Text(refund, "status"), Text(refund, "reason")));

        var shown = (await sim.Server.GetAsync($"/v1/payments/{id}")).Json;
        Assert.Equal(("PARTIALLY_REFUNDED", 300), (shown.GetProperty("status").GetString(), shown.GetProperty("amountRefunded").GetInt64()));
        Assert.Equal(1, (await sim.EffectsAsync(id)).Count(effect => effect == "capture"));
        Assert.Equal(1, (await sim.EffectsAsync(id)).Count(effect => effect == "refund"));
    }

    [Fact]
    public async Task A_refund_at_PayPal_is_of_one_capture_of_which_enough_is_left_and_says_so_where_there_is_none()
    {
        await sim.KnobsAsync("{}");
        var id = Text(await sim.CreateAsync("paypal"), "paymentId");
        foreach (var last in new[] { "false", "true" })
            Assert.Equal(HttpStatusCode.OK, (await sim.PostAsync($"/v1/payments/{id}/capture", $$"""{"amount":500,"final":{{last}}}""")).Status);

        var one = await RefundAsync(300);
        var two = await RefundAsync(300);
        var both = await RefundAsync(400);
        var rest = await RefundAsync(200);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.Created], [one.Status, two.Status, rest.Status]);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "amount_too_large"), (both.Status, both.Code));
        Assert.Contains("200 is the most that is left of one", both.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(800, (await sim.Server.GetAsync($"/v1/payments/{id}")).Json.GetProperty("amountRefunded").GetInt64());

        Task<ApiAnswer> RefundAsync(long amount) => sim.PostAsync("/v1/refunds", $$"""{"paymentId":"{{id}}","amount":{{amount}}}""");
    }

    [Theory, InlineData("stripe"), InlineData("paypal")]
    public async Task A_confirm_after_a_cancel_is_refused_without_asking_the_gateway(string gateway)
    {
        await sim.KnobsAsync("{}");
        var made = await sim.PostAsync(
            "/v1/payments", $$"""{"orderId":"o","amount":900,"currency":"EUR","gateway":"{{gateway}}","returnUrl":"https://shop.example/back"}""");
        var id = Text(made, "paymentId");
        var cancelled = await sim.PostAsync($"/v1/payments/{id}/cancel", "{}");
        Assert.Equal((HttpStatusCode.OK, "CANCELED"), (cancelled.Status, Text(cancelled, "status")));
        var before = await sim.EffectsAsync(id);

        // Whatever is asked now would be unknown, not refused, if the gateway were asked.
        await sim.KnobsAsync("""{"serverError":{"share":1}}""");
        foreach (var body in new[] { "{}", $$"""{"token":"{{sim.Tokens[gateway]}}"}""" })
        {
            var confirmed = await sim.PostAsync($"/v1/payments/{id}/confirm", body);
            Assert.Equal((HttpStatusCode.Conflict, "payment_state"), (confirmed.Status, confirmed.Code));
        }

        Assert.Equal(before, await sim.EffectsAsync(id));
        Assert.Equal("CANCELED", await sim.StatusAsync(id));
    }

    [Fact]
    public async Task Adyen_takes_modifications_on_and_what_they_hold_is_held()
    {
        await sim.KnobsAsync("{}");
        var id = Text(await sim.CreateAsync("adyen"), "paymentId");

        var capture = await sim.PostAsync($"/v1/payments/{id}/capture", """{"amount":700,"final":false}""");
        var more = await sim.PostAsync($"/v1/payments/{id}/capture", """{"amount":301,"final":false}""");

        Assert.True(capture.Status == HttpStatusCode.Accepted, capture.Body);
        Assert.Equal((HttpStatusCode.Conflict, "operation_in_progress"), (more.Status, more.Code));
    }

    [Theory, InlineData("stripe"), InlineData("adyen"), InlineData("paypal")]
    public async Task F29_a_charge_without_a_reply_is_found_out_at_every_gateway(string gateway)
    {
        await sim.KnobsAsync("""{"only":"POST","effectThenTimeout":{"share":1}}""");
        var key = $"silent-{gateway}";
        var unknown = await sim.CreateAsync(gateway, key: key);
        Assert.True(unknown.Status == HttpStatusCode.Accepted, unknown.Body);
        var id = Text(unknown, "paymentId");

        await sim.KnobsAsync("{}");
        await UntilAsync(id, "AUTHORIZED");

        var replay = await sim.CreateAsync(gateway, key: key);
        Assert.Equal((HttpStatusCode.Created, id), (replay.Status, Text(replay, "paymentId")));
        Assert.Equal(1, (await sim.EffectsAsync(id)).Count(effect => effect == "create"));
    }

    [Theory, InlineData("stripe", "capture"), InlineData("stripe", "refund"), InlineData("stripe", "cancel")]
    [InlineData("paypal", "capture"), InlineData("paypal", "refund"), InlineData("paypal", "cancel")]
    public async Task F29_a_part_without_a_reply_is_found_out(string gateway, string what)
    {
        await sim.KnobsAsync("{}");
        var id = Text(await sim.CreateAsync(gateway, what == "refund" ? "automatic" : "manual"), "paymentId");
        await sim.KnobsAsync("""{"only":"POST","effectThenTimeout":{"share":1}}""");
        var answer = what == "refund"
            ? await sim.PostAsync("/v1/refunds", $$"""{"paymentId":"{{id}}"}""")
            : await sim.PostAsync($"/v1/payments/{id}/{what}", "{}");

        await sim.KnobsAsync("{}");
        await UntilAsync(id, what switch { "refund" => "REFUNDED", "cancel" => "CANCELED", _ => "SUCCEEDED" });
        Assert.True((int)answer.Status is 200 or 202, answer.Body);
        Assert.Equal(1, (await sim.EffectsAsync(id)).Count(effect => effect == what));
    }

    [Theory, InlineData("html200"), InlineData("truncated"), InlineData("wrongAmount"), InlineData("hugeBody"), InlineData("redirect"), InlineData("serverError")]
    public async Task F30_F31_nonsense_is_no_success_and_is_resolved_with_one_effect_at_most(string fault)
    {
        foreach (var gateway in new[] { "stripe", "adyen", "paypal" })
        {
            await sim.KnobsAsync($$$"""{"only":"POST","{{{fault}}}":{"share":1}}""");
            var answer = await sim.CreateAsync(gateway);
            Assert.NotEqual(HttpStatusCode.Created, answer.Status);
            if (answer.Status != HttpStatusCode.Accepted) continue;
            var id = Text(answer, "paymentId");
            await sim.KnobsAsync("{}");
            await UntilAsync(id, "AUTHORIZED");
            Assert.Equal(1, (await sim.EffectsAsync(id)).Count(effect => effect == "create"));
        }
    }

    [Theory, InlineData("stripe"), InlineData("adyen"), InlineData("paypal")]
    public async Task F30_a_rate_limit_is_nothing_done(string gateway)
    {
        await sim.KnobsAsync("""{"only":"POST","rateLimited":{"share":1},"retryAfterSeconds":9}""");
        var answer = await sim.CreateAsync(gateway, key: $"limited-{gateway}");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "gateway_unavailable"), (answer.Status, answer.Code));

        await sim.KnobsAsync("{}");
        var again = await sim.CreateAsync(gateway, key: $"limited-{gateway}");
        Assert.Equal(HttpStatusCode.Created, again.Status);
    }

    private Task UntilAsync(string payment, string status) => Eventually.Async(
        async () =>
        {
            await sim.HurryAsync();
            return await sim.StatusAsync(payment) == status;
        }, SimulatorFixture.Soon);

    private static string Text(ApiAnswer answer, string member)
    {
        var json = answer.Json;
        return (json.TryGetProperty("payment", out var inner) ? inner : json).GetProperty(member).GetString()!;
    }
}
