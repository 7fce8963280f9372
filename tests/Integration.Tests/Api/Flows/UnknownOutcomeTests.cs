using System.Net;
using System.Text.Json;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>What becomes of operations whose gateway does not say what it did.</summary>
public sealed class UnknownOutcomeTests : IClassFixture<MoneyFixture>
{
    private readonly MoneyFixture _money;

    public UnknownOutcomeTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    [Fact]
    public async Task F28_a_slow_gateway_is_answered_for_by_the_deadline_and_its_outcome_is_kept()
    {
        var (slow, quick, opened) = (new BoothGateway(), new BoothGateway("spare"), new TaskCompletionSource());
        slow.After = _ => opened.Task;
        await using var server = await MoneyFixture.StartAsync(_money.ConnectionString, [slow, quick], "--Api:RequestDeadlineSeconds=5");
        Task<ApiAnswer> CreateAsync(string gateway, string key) => server.PostAsync(
            "/v1/payments", $$"""{"orderId":"o","amount":10,"currency":"EUR","captureMethod":"manual","gateway":"{{gateway}}","confirm":true}""",
            ("Idempotency-Key", key));

        var late = await CreateAsync("booth", "slow");
        var again = await CreateAsync("booth", "slow");

        Assert.Equal((HttpStatusCode.Accepted, "REQUIRES_PAYMENT_METHOD"), (late.Status, Text(late.Json, "status")));
        Assert.NotNull(late.Headers.Location);
        Assert.Equal((HttpStatusCode.Conflict, "request_in_progress"), (again.Status, again.Code));
        Assert.Equal(HttpStatusCode.Created, (await CreateAsync("spare", "quick")).Status);

        opened.SetResult();
        var id = Text(late.Json, "paymentId");
        await Eventually.Async(async () => Text((await server.GetAsync($"/v1/payments/{id}")).Json, "status") == "AUTHORIZED", MoneyFixture.Soon);
        var replay = await CreateAsync("booth", "slow");
        Assert.Equal((HttpStatusCode.Created, id), (replay.Status, Text(replay.Json, "paymentId")));
        Assert.Single(slow.Effects);
    }

    [Fact]
    public async Task F29_charged_without_a_reply_is_found_out_by_the_completer_alone()
    {
        _money.Booth.Mood = (_, asked) => asked == 0 ? Mood.DoesItSilently : Mood.Fine;
        var unknown = await _money.CreateAsync(key: "silent");
        var id = Text(unknown.Json, "paymentId");
        Assert.Equal(HttpStatusCode.Accepted, unknown.Status);

        await _money.HurryAsync();
        await Eventually.Async(async () => Text((await _money.GetAsync(id)).Json, "status") == "AUTHORIZED", MoneyFixture.Soon);

        var replay = await _money.CreateAsync(key: "silent");
        Assert.Equal((HttpStatusCode.Created, "secret_of_" + id), (replay.Status, Text(replay.Json, "clientSecret")));
        Assert.Single(_money.EffectsOf(id));
        Assert.Single(_money.Booth.Asked.Where(asked => asked.Key == id).Select(asked => asked.Key).Distinct());
    }

    [Fact]
    public async Task F29_the_callers_retry_goes_on_with_an_unknown_operation_under_the_same_key()
    {
        _money.Booth.Mood = (_, asked) => asked == 0 ? Mood.DoesItSilently : Mood.Fine;
        var unknown = await _money.CreateAsync(key: "silent-retry");
        var id = Text(unknown.Json, "paymentId");

        ApiAnswer? retried = null;
        await Eventually.Async(
            async () => (retried = await _money.CreateAsync(key: "silent-retry")).Status == HttpStatusCode.Created, MoneyFixture.Soon);

        Assert.Equal(id, Text(retried!.Json, "paymentId"));
        Assert.Single(_money.EffectsOf(id));
    }

    [Theory]
    [InlineData("capture"), InlineData("refund"), InlineData("cancel")]
    public async Task F29_parts_without_a_reply_are_found_out_too(string what)
    {
        var id = await _money.PaidAsync(1000, what == "refund" ? "automatic" : "manual");
        _money.Booth.Mood = (_, asked) => asked == 0 ? Mood.DoesItSilently : Mood.Fine;
        var key = $"silent-{what}";
        Task<ApiAnswer> AskAsync() => what switch
        {
            "capture" => _money.CaptureAsync(id, 1000, key),
            "refund" => _money.RefundAsync(id, 1000, key),
            _ => _money.PostAsync($"/v1/payments/{id}/cancel", "{}", key),
        };
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync()).Status);

        await _money.HurryAsync();
        var expected = what switch { "capture" => "SUCCEEDED", "refund" => "REFUNDED", _ => "CANCELED" };
        await Eventually.Async(async () => Text((await _money.GetAsync(id)).Json, "status") == expected, MoneyFixture.Soon);

        Assert.True((await AskAsync()).Status is HttpStatusCode.OK or HttpStatusCode.Created);
        Assert.Equal(2, _money.EffectsOf(id).Count);
    }

    [Fact]
    public async Task F31_what_nobody_understands_is_never_a_success()
    {
        _money.Booth.Mood = (_, _) => Mood.Throws;
        var answer = await _money.CreateAsync();

        Assert.Equal((HttpStatusCode.Accepted, "REQUIRES_PAYMENT_METHOD"), (answer.Status, Text(answer.Json, "status")));
        Assert.Empty(_money.EffectsOf(Text(answer.Json, "paymentId")));
    }

    [Fact]
    public async Task F32_past_the_key_window_an_operation_is_looked_up_and_never_sent_again()
    {
        _money.Booth.Window = TimeSpan.FromMilliseconds(1);
        _money.Booth.ForgetsKeys = true;
        _money.Booth.Mood = (_, asked) => asked == 0 ? Mood.DoesItSilently : Mood.Fine;
        var id = Text((await _money.CreateAsync(key: "forgotten")).Json, "paymentId");

        await _money.HurryAsync();
        await Eventually.Async(async () => Text((await _money.GetAsync(id)).Json, "status") == "AUTHORIZED", MoneyFixture.Soon);

        Assert.Single(_money.Booth.Asked, asked => asked.Kind == GatewayCallKind.Create && asked.Key == id);
        Assert.Contains(_money.Booth.Asked, asked => asked.Kind is null && asked.Key == id);
        Assert.Single(_money.EffectsOf(id));
    }

    [Fact]
    public async Task F32_no_trace_past_the_window_settles_as_never_happened_only_when_nothing_can_be_on_its_way()
    {
        _money.Booth.Window = TimeSpan.FromMilliseconds(1);
        _money.Booth.Mood = (_, _) => Mood.Mute;
        var id = Text((await _money.CreateAsync(key: "never")).Json, "paymentId");
        await _money.HurryAsync();
        await Eventually.Async(() => _money.Booth.Asked.Any(asked => asked.Kind is null && asked.Key == id), MoneyFixture.Soon);
        Assert.Equal("REQUIRES_PAYMENT_METHOD", Text((await _money.GetAsync(id)).Json, "status"));

        await _money.ExecuteAsync("UPDATE books.api_operations SET started_at = started_at - interval '10 minutes' WHERE gateway_key = @id", new { id });
        await Eventually.Async(
            async () =>
            {
                await _money.HurryAsync();
                return Text((await _money.GetAsync(id)).Json, "status") == "FAILED";
            }, MoneyFixture.Soon);

        _money.Calm();
        var anew = await _money.CreateAsync(key: "never");
        Assert.Equal(HttpStatusCode.Created, anew.Status);
        Assert.NotEqual(id, Text(anew.Json, "paymentId"));
        Assert.Empty(_money.EffectsOf(id));
    }

    [Fact]
    public async Task F33_a_webhook_before_the_reply_and_after_it_end_in_the_same_books()
    {
        _money.Booth.After = async _ =>
        {
            var effect = _money.Booth.Effects.Last(done => done.Amount?.AmountMinor == 4321);
            await _money.WebhookAsync("evt-before-" + effect.PaymentId, _money.Booth.Fact(effect));
        };
        var before = Text((await _money.CreateAsync(4321, "automatic")).Json, "paymentId");
        _money.Calm();
        var after = Text((await _money.CreateAsync(4322, "automatic")).Json, "paymentId");
        await _money.WebhookAsync("evt-after-" + after, _money.Booth.Fact(_money.EffectsOf(after).Single()));

        Assert.Equal(await DigestAsync(after, 4322), await DigestAsync(before, 4321));

        async Task<string> DigestAsync(string payment, long amount) => (await _money.ScalarAsync<string>("""
            SELECT concat_ws('|', p.status, p.version, p.captured, p.authorized, p.open_operations,
                (SELECT string_agg(kind || debit_account || credit_account || amount, ',' ORDER BY kind) FROM books.journal WHERE owner = p.id),
                (SELECT string_agg(event_type, ',' ORDER BY version) FROM books.transitions WHERE payment_id = p.id))
            FROM books.payments AS p WHERE gateway_payment_id = @name
            """, new { name = "booth_" + payment })).Replace(amount.ToString(System.Globalization.CultureInfo.InvariantCulture), "N", StringComparison.Ordinal);
    }

    [Fact]
    public async Task F33_a_webhook_that_tells_the_end_of_an_unknown_refund_settles_it()
    {
        var id = await _money.PaidAsync(1000, "automatic");
        _money.Booth.Mood = (kind, _) => kind == GatewayCallKind.Refund ? Mood.DoesItSilently : Mood.Fine;
        var refund = await _money.RefundAsync(id, 300, "told-by-webhook");
        Assert.Equal((HttpStatusCode.Accepted, "PENDING"), (refund.Status, Text(refund.Json, "status")));

        var effect = _money.EffectsOf(id).Single(done => done.Kind == GatewayCallKind.Refund);
        await _money.WebhookAsync("evt-refund-" + id, _money.Booth.Fact(effect) with { Aliases = ["booth_" + id, effect.Part] });

        Assert.Equal(300, (await _money.GetAsync(id)).Json.GetProperty("amountRefunded").GetInt64());
        _money.Calm();
        await Eventually.Async(
            async () =>
            {
                await _money.HurryAsync();
                return (await _money.RefundAsync(id, 300, "told-by-webhook")).Status == HttpStatusCode.Created;
            }, MoneyFixture.Soon);
        Assert.Equal(300, (await _money.GetAsync(id)).Json.GetProperty("amountRefunded").GetInt64());
    }

    [Fact]
    public async Task H117_an_operation_on_a_payment_of_unknown_outcome_resolves_that_first()
    {
        _money.Booth.Mood = (_, asked) => asked == 0 ? Mood.DoesItSilently : Mood.Fine;
        var id = Text((await _money.CreateAsync()).Json, "paymentId");

        _money.Booth.Mood = (_, _) => Mood.Fine;
        var capture = await _money.CaptureAsync(id, 1000);

        Assert.Equal((HttpStatusCode.OK, "SUCCEEDED"), (capture.Status, Text(capture.Json, "status")));
        Assert.Equal([GatewayCallKind.Create, GatewayCallKind.Capture], _money.EffectsOf(id).Select(effect => effect.Kind).Order());
    }

    [Fact]
    public async Task H117_what_cannot_be_resolved_now_is_in_conflict()
    {
        _money.Booth.Mood = (_, _) => Mood.DoesItSilently;
        var id = Text((await _money.CreateAsync()).Json, "paymentId");

        var capture = await _money.CaptureAsync(id, 1000);

        Assert.Equal((HttpStatusCode.Conflict, "operation_unresolved"), (capture.Status, capture.Code));
        Assert.Single(_money.EffectsOf(id));
    }

    [Fact]
    public async Task Nothing_happened_is_said_so_and_the_same_request_may_begin_anew()
    {
        _money.Booth.Mood = (_, _) => Mood.NotReached;
        var answer = await _money.CreateAsync(key: "not-reached");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "gateway_unavailable"), (answer.Status, answer.Code));
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("FAILED", Text(answer.Json.GetProperty("payment"), "status"));

        _money.Calm();
        var again = await _money.CreateAsync(key: "not-reached");
        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Single(_money.EffectsOf(Text(again.Json, "paymentId")));
    }

    [Fact]
    public async Task Not_reached_at_a_second_try_says_nothing_about_the_first()
    {
        _money.Booth.Mood = (_, asked) => asked == 0 ? Mood.DoesItSilently : Mood.NotReached;
        var id = Text((await _money.CreateAsync(key: "second-try")).Json, "paymentId");
        await _money.HurryAsync();
        await Eventually.Async(() => _money.Booth.Asked.Count(asked => asked.Key == id) > 1, MoneyFixture.Soon);
        Assert.Equal("REQUIRES_PAYMENT_METHOD", Text((await _money.GetAsync(id)).Json, "status"));

        _money.Calm();
        await Eventually.Async(
            async () =>
            {
                await _money.HurryAsync();
                return Text((await _money.GetAsync(id)).Json, "status") == "AUTHORIZED";
            }, MoneyFixture.Soon);
        Assert.Single(_money.EffectsOf(id));
    }

    [Fact]
    public async Task Books_out_of_reach_are_503_and_nothing_is_asked_of_a_gateway()
    {
        var booth = new BoothGateway();
        await using var server = await MoneyFixture.StartAsync("Host=127.0.0.1;Port=1;Database=none;Username=none;Timeout=2", [booth]);

        var create = await server.PostAsync(
            "/v1/payments", """{"orderId":"o","amount":10,"currency":"EUR"}""", ("Idempotency-Key", "down"));
        var read = await server.GetAsync("/v1/payments/pay_00000000000000000000000000000000");

        Assert.All([create, read], answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.Code)));
        Assert.NotNull(create.Headers.RetryAfter);
        Assert.Empty(booth.Asked);
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
