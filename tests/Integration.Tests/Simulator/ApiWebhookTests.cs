using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>Payments by the API are told by webhooks like any other, and their truth is kept for whoever compares.</summary>
public sealed class ApiWebhookTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly SimulatorUnderTest _simulator = new();

    public Task InitializeAsync() => _simulator.InitializeAsync();

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [Fact]
    public async Task Each_step_is_told_by_an_authentic_webhook_that_names_the_payment()
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_simulator.Folder, "paypal-root.pem"));
        var check = new SignatureCheck(_simulator.Secrets, root, _simulator.Http);
        await using var ingress = await GatewayStub.StartAsync(request => check.IsAuthentic(request) ? 200 : 401);
        await _simulator.SetKnobsAsync("stripe", $$$"""{"ingress": "{{{ingress.Address}}}"}""");

        var intent = await _simulator.PayAsync("key-1", ("capture_method", "manual"));
        await _simulator.StripeAsync(HttpMethod.Post, $"/v1/payment_intents/{intent.Id}/capture", "cap-1");
        await _simulator.StripeAsync(HttpMethod.Post, "/v1/refunds", "re-1", ("payment_intent", intent.Id),
            ("metadata[operation_id]", "re_1"));

        string[] expected =
        [
            "charge.captured", "charge.refunded", "charge.succeeded", "payment_intent.amount_capturable_updated", "payment_intent.created",
            "payment_intent.succeeded", "refund.created",
        ];
        await Eventually.Async(() => ingress.Seen.Count >= expected.Length, Limit);
        var events = ingress.Seen.Select(request => JsonElement.Parse(request.Body)).ToArray();
        Assert.Equal(expected, events.Select(e => e.GetProperty("type").GetString()!).Order(StringComparer.Ordinal));
        foreach (var e in events.Where(e => !e.GetProperty("type").GetString()!.StartsWith("refund", StringComparison.Ordinal)))
            Assert.Equal("pay_key-1", e.GetProperty("data").GetProperty("object").GetProperty("metadata").GetProperty(
                "payment_id").GetString());
        Assert.Contains(events, e => e.GetProperty("request").GetProperty("idempotency_key").GetString() == "cap-1");
    }

    [Fact]
    public async Task A_webhook_may_come_before_the_reply()
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);
        await _simulator.SetKnobsAsync("stripe", $$$"""{"ingress": "{{{ingress.Address}}}", "webhookBeforeReply": {"share": 1}}""");

        for (var number = 1; number <= 10; number++)
        {
            await _simulator.PayAsync($"key-{number}");
            Assert.Equal(3 * number, ingress.Seen.Count);
        }
    }

    [Fact]
    public async Task Webhooks_are_doubled_dropped_and_sent_until_they_are_taken_as_the_truth_says()
    {
        var refusals = 5;
        await using var ingress = await GatewayStub.StartAsync(_ => Interlocked.Decrement(ref refusals) >= 0 ? 503 : 200);
        await _simulator.SetKnobsAsync("stripe", $$$"""{"ingress": "{{{ingress.Address}}}", "duplicateWebhooks": {"next": 1}}""");
        await _simulator.PayAsync("key-1");
        await WaitUntilSettledAsync();
        await _simulator.SetKnobsAsync("stripe", """{"dropWebhooks": {"next": 1}}""");
        var incomplete = await _simulator.PayAsync("key-2");
        await WaitUntilSettledAsync();
        await _simulator.StopAsync();

        Assert.Equal(5 + 4 + 2, ingress.Seen.Count);
        var lines = await LinesAsync("payments.jsonl");
        Assert.Equal([true, false], lines.Select(line => line.GetProperty("complete").GetBoolean()));
        Assert.Equal(incomplete.Id, lines[1].GetProperty("gatewayPaymentId").GetString());
        Assert.Single(await LinesAsync("webhooks.jsonl"), line => line.GetProperty("dropped").GetBoolean());
    }

    [Fact]
    public async Task The_last_line_of_a_payment_is_what_became_of_it()
    {
        var intent = await _simulator.PayAsync("key-1");
        await _simulator.StripeAsync(HttpMethod.Post, "/v1/refunds", "re-1", ("payment_intent", intent.Id), ("amount", "500"));
        await _simulator.StopAsync();

        var last = (await LinesAsync("payments.jsonl"))[^1];
        Assert.Equal(
            ("PARTIALLY_REFUNDED", 2500, 500, true),
            (last.GetProperty("status").GetString(), last.GetProperty("captured").GetInt64(), last.GetProperty("refunded").GetInt64(),
                last.GetProperty("complete").GetBoolean()));
        Assert.Equal(
            ["create", "refund"], (await LinesAsync("effects.jsonl")).Select(line => line.GetProperty("operation").GetString()));
    }

    private Task WaitUntilSettledAsync() => Eventually.Async(
        async () => (await _simulator.TruthAsync("summary")).GetProperty("webhooksUnderWay").GetInt32() == 0, Limit);

    private async Task<JsonElement[]> LinesAsync(string file) =>
        [.. (await File.ReadAllLinesAsync(Path.Combine(_simulator.Folder, "truth", "api", file))).Select(line => JsonElement.Parse(line))];
}
