using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

public sealed class PayPalApiTests : IAsyncLifetime
{
    private readonly SimulatorUnderTest _simulator = new();
    private GatewayCaller _caller = null!;

    public async Task InitializeAsync()
    {
        await _simulator.InitializeAsync();
        _caller = new GatewayCaller(_simulator);
    }

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task A_hundred_captures_at_once_take_no_more_than_was_authorised_and_the_refunds_no_more_than_that()
    {
        var order = await HoldAsync("pay_crowd", "25.00");
        var path = $"/v2/payments/authorizations/{AuthorizationOf(order)}/capture";

        var captures = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => _caller.PayPalAsync(
            path, new JsonObject { ["amount"] = GatewayCaller.Usd("1.00") }, $"cap-{number}")));
        var taken = captures.Where(answer => answer.Status == 201).Select(answer => answer.Text("id")!).ToArray();
        var refunds = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => _caller.PayPalAsync(
            $"/v2/payments/captures/{taken[number % taken.Length]}/refund", new JsonObject { ["amount"] = GatewayCaller.Usd("0.50") },
                $"re-{number}")));

        Assert.Equal(25, taken.Length);
        Assert.All(captures.Where(answer => answer.Status != 201), answer =>
            Assert.Equal("AUTHORIZATION_ALREADY_CAPTURED", IssueOf(answer)));
        Assert.Equal(50, refunds.Count(answer => answer.Status == 201));
        var books = await BooksAsync(order.Text("id")!);
        Assert.Equal(("REFUNDED", 2500, 2500), (
            books.GetProperty("status").GetString(), books.GetProperty("captured").GetInt64(), books.GetProperty("refunded").GetInt64()));
    }

    [Fact]
    public async Task Of_a_capture_and_a_void_at_once_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var order = await HoldAsync($"pay_round{round}", "25.00");
            var path = $"/v2/payments/authorizations/{AuthorizationOf(order)}/";

            var answers = await Task.WhenAll(
                _caller.PayPalAsync(path + "capture", [], $"cap-{round}"), _caller.PayPalAsync(path + "void", []));

            Assert.Single(answers, answer => answer.Status < 300);
            Assert.Contains((await BooksAsync(order.Text("id")!)).GetProperty("status").GetString(), new[] { "SUCCEEDED", "CANCELED" });
        }
    }

    [Fact]
    public async Task Fifty_requests_with_one_request_id_are_one_payment()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            _caller.PayAtPayPalAsync("pay_once", "25.00", "CAPTURE", "key-once")));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.Single(answers.Where(answer => answer.Status < 300).Select(answer => answer.Text("id")).Distinct());
        Assert.All(answers.Where(answer => answer.Status >= 300), answer => Assert.Equal("PREVIOUS_REQUEST_IN_PROGRESS", IssueOf(answer)));
        Assert.Equal(1, await _simulator.EffectsAsync("key-once"));
    }

    [Theory]
    [InlineData("rateLimited", 429, 0)]
    [InlineData("serverError", 500, 0)]
    [InlineData("keyInFlight", 409, 0)]
    [InlineData("redirect", 307, 0)]
    [InlineData("effectThenServerError", 500, 1)]
    public async Task A_knob_strikes_before_the_effect_or_after_it_and_the_same_request_id_ends_in_one(string knob, int status, int effects)
    {
        await _simulator.SetKnobsAsync("paypal", $$$"""{"{{{knob}}}":{"next":1}}""");

        var struck = await _caller.PayAtPayPalAsync("pay_knob", "25.00", "AUTHORIZE", "key-knob");
        var before = await _simulator.EffectsAsync("key-knob");
        var again = await _caller.PayAtPayPalAsync("pay_knob", "25.00", "AUTHORIZE", "key-knob");

        Assert.Equal((status, effects), (struck.Status, before));
        Assert.Equal(effects == 0 ? 201 : 200, again.Status);
        Assert.Equal(1, await _simulator.EffectsAsync("key-knob"));
    }

    [Fact]
    public async Task A_refund_that_waits_shows_its_latest_state_to_the_same_request_id()
    {
        await _simulator.SetKnobsAsync("paypal", """{"settleMs":20}""");
        var order = await _caller.PayPalAsync("/v2/checkout/orders", new JsonObject
        {
            ["intent"] = "CAPTURE",
            ["purchase_units"] = new JsonArray(new JsonObject { ["amount"] = GatewayCaller.Usd("25.00") }),
            ["payment_source"] = new JsonObject { ["token"] = new JsonObject { ["id"] = "B-REFUND-PENDING",
                ["type"] = "BILLING_AGREEMENT" } },
        }, "key-order");
        var path = $"/v2/payments/captures/{order.Text("purchase_units", 0, "payments", "captures", 0, "id")}/refund";

        var first = await _caller.PayPalAsync(path, [], "key-refund");
        await Eventually.Async(
            async () => (await _caller.PayPalAsync(path, [], "key-refund")).Text("status") == "COMPLETED", TimeSpan.FromSeconds(60));

        Assert.Equal((201, "PENDING"), (first.Status, first.Text("status")));
        Assert.Equal(1, await _simulator.EffectsAsync("key-refund"));
        Assert.Equal(2500, (await BooksAsync(order.Text("id")!)).GetProperty("refunded").GetInt64());
    }

    [Fact]
    public async Task A_wrong_amount_is_told_and_the_right_one_is_in_the_truth()
    {
        await _simulator.SetKnobsAsync("paypal", """{"wrongAmount":{"next":1}}""");

        var order = await _caller.PayAtPayPalAsync("pay_wrong", "25.00", "CAPTURE", "key-wrong");

        Assert.NotEqual("25.00", order.Text("purchase_units", 0, "amount", "value"));
        Assert.Equal(2500, (await BooksAsync(order.Text("id")!)).GetProperty("captured").GetInt64());
    }

    private async Task<GatewayAnswer> HoldAsync(string paymentId, string value)
    {
        var order = await _caller.PayAtPayPalAsync(paymentId, value, "AUTHORIZE", $"key-{paymentId}");
        Assert.Equal((201, "COMPLETED"), (order.Status, order.Text("status")));
        return order;
    }

    private static string AuthorizationOf(GatewayAnswer order) => order.Text("purchase_units", 0, "payments", "authorizations", 0, "id")!;

    private static string? IssueOf(GatewayAnswer answer) => answer.Text("details", 0, "issue");

    private async Task<JsonElement> BooksAsync(string order) =>
        (await _simulator.TruthAsync($"payments?gatewayPaymentId={order}")).GetProperty("payments")[0];
}
