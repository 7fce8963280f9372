using System.Net;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>What the simulator must hold to, because others' tests take it for the truth: keys, money, and the payer's page.</summary>
public sealed class StripeApiTests : IAsyncLifetime
{
    private readonly SimulatorUnderTest _simulator = new();

    public Task InitializeAsync() => _simulator.InitializeAsync();

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task Many_requests_with_one_key_are_one_effect_and_the_others_wait_or_see_it()
    {
        await _simulator.SetKnobsAsync("stripe", """{"latencyMs": 200}""");

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _simulator.PayAsync("key-1")));

        Assert.Single(replies, reply => reply.Status == 200 && !reply.Headers.ContainsKey("Idempotent-Replayed"));
        Assert.All(replies.Where(reply => reply.Status != 200), reply =>
            Assert.Equal((409, "idempotency_key_in_use"), (reply.Status, reply.ErrorCode)));
        Assert.Contains(replies, reply => reply.Status == 409);
        Assert.Equal(1, await _simulator.EffectsAsync("key-1"));
    }

    [Fact]
    public async Task A_key_stands_for_its_parameters_and_is_free_after_parameters_that_are_none()
    {
        Assert.Equal("parameter_unknown", (await _simulator.PayAsync("key-1", ("colour", "blue"))).ErrorCode);
        Assert.Equal(200, (await _simulator.PayAsync("key-1")).Status);

        var other = await _simulator.PayAsync("key-1", ("description", "another"));

        Assert.Equal(400, other.Status);
        Assert.Equal("idempotency_error", other.Body.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_decline_is_remembered_as_the_first_answer()
    {
        var first = await _simulator.PayAsync("key-1", ("payment_method", "pm_card_chargeDeclined"));
        var again = await _simulator.PayAsync("key-1", ("payment_method", "pm_card_chargeDeclined"));

        Assert.Equal((402, 402, first.Text), (first.Status, again.Status, again.Text));
        Assert.Equal(1, await _simulator.EffectsAsync("key-1"));
    }

    [Fact]
    public async Task Captures_at_once_never_take_more_than_is_held()
    {
        var intent = await _simulator.PayAsync(
            "key-1", ("capture_method", "manual"), ("payment_method_options[card][request_multicapture]", "if_available"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => _simulator.StripeAsync(
            HttpMethod.Post, $"/v1/payment_intents/{intent.Id}/capture", $"cap-{number}", ("amount_to_capture", "300"),
                ("final_capture", "false"))));

        Assert.Equal(8, replies.Count(reply => reply.Status == 200));
        Assert.Equal(2400, await CapturedAsync(intent.Id));
    }

    [Fact]
    public async Task Refunds_at_once_never_give_back_more_than_was_taken()
    {
        var intent = await _simulator.PayAsync("key-1");

        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => _simulator.StripeAsync(
            HttpMethod.Post, "/v1/refunds", $"re-{number}", ("payment_intent", intent.Id), ("amount", "300"))));

        Assert.Equal(8, replies.Count(reply => reply.Status == 200));
        Assert.Equal(2400, (await PaymentAsync(intent.Id)).GetProperty("refunded").GetInt64());
    }

    [Fact]
    public async Task Capture_against_cancel_has_one_winner()
    {
        for (var round = 0; round < 10; round++)
        {
            var intent = await _simulator.PayAsync($"key-{round}", ("capture_method", "manual"));
            var replies = await Task.WhenAll(new[] { "capture", "cancel" }.Select(verb =>
                _simulator.StripeAsync(HttpMethod.Post, $"/v1/payment_intents/{intent.Id}/{verb}", $"{verb}-{round}")));

            var winner = Assert.Single(replies, reply => reply.Status == 200);
            Assert.Equal("payment_intent_unexpected_state", Assert.Single(replies, reply => reply.Status != 200).ErrorCode);
            Assert.Equal(winner.StatusOfIntent == "succeeded" ? 2500 : 0, await CapturedAsync(intent.Id));
        }
    }

    [Theory]
    [InlineData("pm_card_authenticationRequired", "approve", "succeeded", "succeeded")]
    [InlineData("pm_card_authenticationRequired", "decline", "failed", "requires_payment_method")]
    [InlineData("pm_card_threeDSecureRequiredChargeDeclined", "approve", "failed", "requires_payment_method")]
    public async Task The_payers_page_completes_or_fails_the_challenge_once(string token, string decision, string redirect, string status)
    {
        var intent = await _simulator.PayAsync(
            "key-1", ("payment_method", token), ("return_url", "https://shop.example/back?order=1"));
        Assert.Equal("requires_action", intent.StatusOfIntent);
        var page = new Uri(intent.Body.GetProperty("next_action").GetProperty("redirect_to_url").GetProperty("url").GetString()!);

        var html = await _simulator.Http.GetStringAsync(page);
        var back = await DecideAsync(page, decision);
        var afterwards = await DecideAsync(page, "approve");

        Assert.Contains("25.00 EUR", html, StringComparison.Ordinal);
        Assert.StartsWith($"https://shop.example/back?order=1&payment_intent={intent.Id}&", back, StringComparison.Ordinal);
        Assert.EndsWith($"redirect_status={redirect}", back, StringComparison.Ordinal);
        Assert.Equal(back, afterwards);
        var read = await _simulator.StripeAsync(HttpMethod.Get, $"/v1/payment_intents/{intent.Id}?expand[]=latest_charge");
        Assert.Equal(status, read.StatusOfIntent);
        if (status == "succeeded")
            Assert.Equal("authenticated", read.Body.GetProperty("latest_charge").GetProperty("payment_method_details")
                .GetProperty("card").GetProperty("three_d_secure").GetProperty("result").GetString());
    }

    [Theory]
    [InlineData("Bearer sk_test_wrong")]
    [InlineData("Basic c2tfdGVzdF93cm9uZzo=")]
    [InlineData("Bearer pk_test_any")]
    [InlineData(null)]
    public async Task Without_the_key_nothing_is_answered(string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/payment_intents", UriKind.Relative));
        if (authorization is not null) request.Headers.Add("Authorization", authorization);
        using var answer = await _simulator.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_browser_confirms_with_the_client_secret_alone()
    {
        var intent = await _simulator.StripeAsync(HttpMethod.Post, "/v1/payment_intents", "key-1", ("amount", "1500"), ("currency", "jpy"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/payment_intents/{intent.Id}/confirm", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", "pk_test_any");
        request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_secret"] = intent.Body.GetProperty("client_secret").GetString()!, ["payment_method"] = "pm_card_visa",
        });
        using var answer = await _simulator.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1500, await CapturedAsync(intent.Id));
    }

    [Fact]
    public async Task A_search_may_lag_while_reading_by_id_does_not()
    {
        await _simulator.SetKnobsAsync("stripe", """{"searchLagMs": 60000}""");
        var intent = await _simulator.PayAsync("key-1");

        var found = await _simulator.StripeAsync(HttpMethod.Get, "/v1/payment_intents/search?query=metadata['payment_id']:'pay_key-1'");

        Assert.Equal(0, found.Body.GetProperty("data").GetArrayLength());
        Assert.Equal(200, (await _simulator.StripeAsync(HttpMethod.Get, $"/v1/payment_intents/{intent.Id}")).Status);
    }

    private async Task<string> DecideAsync(Uri page, string decision)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["decision"] = decision });
        using var answer = await _simulator.Http.PostAsync(page, form);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private async Task<long> CapturedAsync(string id) => (await PaymentAsync(id)).GetProperty("captured").GetInt64();

    private async Task<System.Text.Json.JsonElement> PaymentAsync(string id) =>
        (await _simulator.TruthAsync($"payments?gatewayPaymentId={id}")).GetProperty("payments")[0];
}
