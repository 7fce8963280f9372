using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

public sealed class AdyenApiTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
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
        var psp = (await _caller.PayAtAdyenAsync("pay_crowd", 2500)).Text("pspReference")!;

        var captures = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => ModifyAsync(psp, "captures", 100)));
        var captured = (await BooksAsync(psp)).GetProperty("captured").GetInt64();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => ModifyAsync(psp, "refunds", 100)));

        Assert.All(captures, answer => Assert.Equal((201, "received"), (answer.Status, answer.Text("status"))));
        Assert.Equal(2500, captured);
        Assert.Equal(2500, (await BooksAsync(psp)).GetProperty("refunded").GetInt64());
        var effects = (await _simulator.TruthAsync($"effects?gatewayPaymentId={psp}")).GetProperty("effects").EnumerateArray().ToArray();
        Assert.Equal((1, 25, 25), (Count("create"), Count("capture"), Count("refund")));
        int Count(string operation) => effects.Count(effect => effect.GetProperty("operation").GetString() == operation);
    }

    [Fact]
    public async Task Of_a_capture_and_a_cancel_at_once_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var psp = (await _caller.PayAtAdyenAsync($"pay_round{round}", 2500)).Text("pspReference")!;
            await Task.WhenAll(ModifyAsync(psp, "captures", 2500), ModifyAsync(psp, "cancels", null));

            var status = (await BooksAsync(psp)).GetProperty("status").GetString();

            Assert.True(status is "SUCCEEDED" or "CANCELED", status);
            var effects = (await _simulator.TruthAsync($"effects?gatewayPaymentId={psp}")).GetProperty("effects");
            Assert.Equal(2, effects.GetArrayLength());
        }
    }

    [Fact]
    public async Task Fifty_requests_with_one_key_are_one_payment()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _caller.PayAtAdyenAsync("pay_once", 2500, "key-once")));

        Assert.Single(answers.Where(answer => answer.Status == 200).Select(answer => answer.Text("pspReference")).Distinct());
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal("704", answer.Text("errorCode")));
        Assert.Equal(1, await _simulator.EffectsAsync("key-once"));
    }

    [Fact]
    public async Task Webhooks_carry_the_references_and_say_what_became_of_each_modification()
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);
        await _simulator.SetKnobsAsync("adyen", $$"""{"ingress":"{{ingress.Address}}","settleMs":20}""");

        var psp = (await _caller.PayAtAdyenAsync("pay_told.auto", 2500)).Text("pspReference")!;
        await ModifyAsync(psp, "captures", 2000, "cap_first");
        await ModifyAsync(psp, "captures", 501, "cap_toomuch");
        await ModifyAsync(psp, "refunds", 700, "re_part");
        await ModifyAsync(psp, "cancels", null, "op_rest");
        await Eventually.Async(() => ingress.Seen.Count >= 5, Limit);

        var told = ingress.Seen.Select(ItemOf).ToDictionary(item => item["merchantReference"]!.ToString());
        Assert.Equal(("AUTHORISATION", "true"), EventOf("pay_told.auto"));
        Assert.Equal(("CAPTURE", "true"), EventOf("cap_first"));
        Assert.Equal(("CAPTURE", "false"), EventOf("cap_toomuch"));
        Assert.Equal(("REFUND", "true"), EventOf("re_part"));
        Assert.Equal(("CANCELLATION", "true"), EventOf("op_rest"));
        Assert.All(told.Where(pair => pair.Key != "pay_told.auto"), pair => Assert.Equal(psp, pair.Value["originalReference"]!.ToString()));
        (string, string) EventOf(string reference) =>
            (told[reference]["eventCode"]!.ToString(), told[reference]["success"]!.ToString());
    }

    [Fact]
    public async Task The_webhook_can_come_before_the_reply()
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);
        await _simulator.SetKnobsAsync("adyen", $$$"""{"ingress":"{{{ingress.Address}}}","webhookBeforeReply":{"share":1}}""");

        var psp = (await _caller.PayAtAdyenAsync("pay_early", 2500)).Text("pspReference")!;
        var seenAtReply = ingress.Seen.Count;
        await ModifyAsync(psp, "captures", 2500);

        Assert.Equal(1, seenAtReply);
        Assert.Equal(2, ingress.Seen.Count);
    }

    [Fact]
    public async Task What_a_bank_does_later_is_told_and_stands_in_the_truth()
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);
        await _simulator.SetKnobsAsync("adyen", $$"""{"ingress":"{{ingress.Address}}","settleMs":20}""");

        var refunded = (await _caller.PayAtAdyenAsync("pay_back", 2500, holder: "REFUND_FAILED")).Text("pspReference")!;
        await ModifyAsync(refunded, "captures", 2500);
        await ModifyAsync(refunded, "refunds", 1000);
        var disputed = (await _caller.PayAtAdyenAsync("pay_dispute", 2500, holder: "CHARGEBACK")).Text("pspReference")!;
        await ModifyAsync(disputed, "captures", 2500);
        await Eventually.Async(() => ingress.Seen.Count >= 8, Limit);

        var codes = ingress.Seen.Select(request => ItemOf(request)["eventCode"]!.ToString()).ToArray();
        Assert.Contains("REFUND_FAILED", codes);
        Assert.Contains("NOTIFICATION_OF_CHARGEBACK", codes);
        Assert.Equal(("SUCCEEDED", 0L), await FiguresAsync(refunded, "refunded"));
        Assert.Equal(("SUCCEEDED", 2500L), await FiguresAsync(disputed, "disputed"));
    }

    [Fact]
    public async Task The_truth_of_a_payment_is_on_the_disk_when_the_simulator_ends()
    {
        var psp = (await _caller.PayAtAdyenAsync("pay_kept", 2500)).Text("pspReference")!;
        await ModifyAsync(psp, "captures", 1000);
        await _simulator.StopAsync();

        var folder = Path.Combine(_simulator.Folder, "truth", "api");
        var last = (await File.ReadAllLinesAsync(Path.Combine(folder, "payments.jsonl"))).Last(line =>
            line.Contains(psp, StringComparison.Ordinal));
        using var payment = JsonDocument.Parse(last);
        Assert.Equal("pay_kept", payment.RootElement.GetProperty("paymentId").GetString());
        Assert.Equal(1000, payment.RootElement.GetProperty("captured").GetInt64());
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path.Combine(folder, "effects.jsonl"))).Length);
    }

    private Task<GatewayAnswer> ModifyAsync(string psp, string what, long? value, string? reference = null)
    {
        var body = new JsonObject();
        if (value is { } amount) body["amount"] = GatewayCaller.Eur(amount);
        if (reference is not null) body["reference"] = reference;
        return _caller.AdyenAsync($"/payments/{psp}/{what}", body);
    }

    private async Task<JsonElement> BooksAsync(string psp) =>
        (await _simulator.TruthAsync($"payments?gatewayPaymentId={psp}")).GetProperty("payments")[0];

    private async Task<(string?, long)> FiguresAsync(string psp, string amount)
    {
        var books = await BooksAsync(psp);
        return (books.GetProperty("status").GetString(), books.GetProperty(amount).GetInt64());
    }

    private static JsonNode ItemOf(SeenRequest request) =>
        JsonNode.Parse(request.Body)!["notificationItems"]![0]!["NotificationRequestItem"]!;
}
