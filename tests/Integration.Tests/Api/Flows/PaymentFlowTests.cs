using System.Net;
using System.Text.Json;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>What a caller sees of payments that go well, and of those that are declined.</summary>
public sealed class PaymentFlowTests : IClassFixture<MoneyFixture>
{
    private readonly MoneyFixture _money;

    public PaymentFlowTests(MoneyFixture money)
    {
        _money = money;
        _money.Calm();
    }

    [Fact]
    public async Task A_payment_is_made_shown_and_found_by_any_of_its_names()
    {
        var made = await _money.CreateAsync(1250, more: ""","userId":"user-7","metadata":{"cart":"c-1"},"returnUrl":"https://shop.example/back" """);

        Assert.Equal(HttpStatusCode.Created, made.Status);
        var payment = made.Json;
        var id = payment.GetProperty("paymentId").GetString()!;
        Assert.Equal($"/v1/payments/{id}", made.Headers.Location?.ToString());
        Assert.Equal(
            ("AUTHORIZED", 1250, "EUR", 1250, "order-1", "user-7", "booth", "booth_" + id),
            (Text(payment, "status"), payment.GetProperty("amount").GetInt64(), Text(payment, "currency"),
                payment.GetProperty("amountAuthorized").GetInt64(), Text(payment, "orderId"), Text(payment, "userId"),
                Text(payment, "gateway"), Text(payment, "gatewayPaymentId")));
        Assert.Equal("c-1", payment.GetProperty("metadata").GetProperty("cart").GetString());
        Assert.Equal("secret_of_" + id, Text(payment, "clientSecret"));

        foreach (var name in new[] { id, "booth_" + id })
        {
            var shown = await _money.GetAsync(name);
            Assert.Equal((HttpStatusCode.OK, id, "AUTHORIZED"), (shown.Status, Text(shown.Json, "paymentId"), Text(shown.Json, "status")));
            Assert.False(shown.Json.TryGetProperty("clientSecret", out _));
            Assert.Equal(made.Headers.ETag, shown.Headers.ETag);
        }
    }

    [Fact]
    public async Task A_payment_that_did_not_change_is_not_sent_again()
    {
        var id = await _money.PaidAsync();
        var tag = (await _money.GetAsync(id)).Headers.ETag!.ToString();

        var same = await _money.Server.SendAsync(HttpMethod.Get, $"/v1/payments/{id}", headers: ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.NotModified, ""), (same.Status, same.Body));

        await _money.CaptureAsync(id, 400);
        var changed = await _money.Server.SendAsync(HttpMethod.Get, $"/v1/payments/{id}", headers: ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.OK, "PARTIALLY_CAPTURED"), (changed.Status, Text(changed.Json, "status")));
    }

    [Fact]
    public async Task A_payment_that_waits_for_its_payer_says_what_to_do_and_is_confirmed()
    {
        var made = await _money.CreateAsync(confirm: false);
        var id = Text(made.Json, "paymentId");
        Assert.Equal("REQUIRES_PAYMENT_METHOD", Text(made.Json, "status"));
        Assert.Equal("use_client_library", made.Json.GetProperty("nextAction").GetProperty("type").GetString());
        Assert.Equal("pay", (await _money.GetAsync(id)).Json.GetProperty("nextAction").GetProperty("data").GetProperty("hint").GetString());

        var confirmed = await _money.PostAsync($"/v1/payments/{id}/confirm", """{"token":"tok_1"}""");

        Assert.Equal((HttpStatusCode.OK, "AUTHORIZED"), (confirmed.Status, Text(confirmed.Json, "status")));
        Assert.False(confirmed.Json.TryGetProperty("nextAction", out _));
    }

    [Fact]
    public async Task Captures_and_refunds_in_parts_end_where_they_add_up()
    {
        var id = await _money.PaidAsync(1000);
        Assert.Equal("PARTIALLY_CAPTURED", Text((await _money.CaptureAsync(id, 400)).Json, "status"));
        Assert.Equal("SUCCEEDED", Text((await _money.CaptureAsync(id, 600)).Json, "status"));

        var refund = await _money.RefundAsync(id, 250);
        Assert.Equal((HttpStatusCode.Created, "SUCCEEDED", 250), (refund.Status, Text(refund.Json, "status"), refund.Json.GetProperty("amount").GetInt64()));
        Assert.StartsWith("re_", Text(refund.Json, "refundId"), StringComparison.Ordinal);
        Assert.Equal("/v1/refunds/" + Text(refund.Json, "refundId"), refund.Headers.Location?.ToString());

        var rest = await _money.PostAsync("/v1/refunds", $$"""{"paymentId":"{{id}}"}""");
        Assert.Equal(750, rest.Json.GetProperty("amount").GetInt64());
        Assert.Equal("REFUNDED", Text((await _money.GetAsync(id)).Json, "status"));

        var none = await _money.RefundAsync(id, 1);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "nothing_left"), (none.Status, none.Code));
    }

    [Fact]
    public async Task What_the_status_does_not_allow_is_refused_before_any_gateway_is_asked()
    {
        var id = await _money.PaidAsync();
        Assert.Equal("CANCELED", Text((await _money.PostAsync($"/v1/payments/{id}/cancel", "{}")).Json, "status"));
        var asked = _money.Booth.Asked.Count;

        var capture = await _money.CaptureAsync(id, 1);
        var again = await _money.PostAsync($"/v1/payments/{id}/cancel", "{}");
        var refund = await _money.RefundAsync(id, 1);

        Assert.Equal((HttpStatusCode.Conflict, "payment_state"), (capture.Status, capture.Code));
        Assert.Equal((HttpStatusCode.Conflict, "already_canceled"), (again.Status, again.Code));
        Assert.Equal((HttpStatusCode.Conflict, "payment_state"), (refund.Status, refund.Code));
        Assert.Equal(asked, _money.Booth.Asked.Count);
    }

    [Fact]
    public async Task I18_every_definite_answer_is_replayed_byte_for_byte()
    {
        var created = await _money.CreateAsync(key: "replay-create");
        Assert.Equal(created.Body, (await _money.CreateAsync(key: "replay-create")).Body);
        Assert.Contains("clientSecret", created.Body, StringComparison.Ordinal);

        _money.Booth.Mood = (_, _) => Mood.Declines;
        var declined = await _money.CreateAsync(key: "replay-declined");
        _money.Calm();
        var again = await _money.CreateAsync(key: "replay-declined");

        Assert.Equal((HttpStatusCode.PaymentRequired, "payment_declined"), (declined.Status, declined.Code));
        Assert.Equal((declined.Status, declined.Body, declined.ContentType), (again.Status, again.Body, again.ContentType));
        Assert.Equal("insufficient_funds", declined.Json.GetProperty("failure").GetProperty("declineCode").GetString());
        Assert.Equal("REQUIRES_PAYMENT_METHOD", Text(declined.Json.GetProperty("payment"), "status"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());

        var refused = await _money.CaptureAsync(Text(created.Json, "paymentId"), 999_999, "replay-refused");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "amount_too_large"), (refused.Status, refused.Code));
        Assert.Equal(refused.Body, (await _money.CaptureAsync(Text(created.Json, "paymentId"), 999_999, "replay-refused")).Body);
    }

    [Fact]
    public async Task I19_H110_the_same_key_for_something_else_is_refused_without_effect()
    {
        var id = await _money.PaidAsync(1000);
        var first = await _money.CaptureAsync(id, 100, "reused");
        Assert.Equal(HttpStatusCode.OK, first.Status);

        var other = await _money.CaptureAsync(id, 101, "reused");
        var otherRoute = await _money.PostAsync($"/v1/payments/{id}/cancel", """{"reason":"duplicate"}""", "reused");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (otherRoute.Status, otherRoute.Code));
        Assert.Equal([GatewayCallKind.Create, GatewayCallKind.Capture], _money.EffectsOf(id).Select(effect => effect.Kind).Order());
    }

    [Fact]
    public async Task I20_a_key_is_its_callers_own()
    {
        var mine = await _money.CreateAsync(key: "shared-name");
        var theirs = await _money.Server.SendAsync(
            HttpMethod.Post, "/v1/payments", """{"orderId":"order-9","amount":77,"currency":"EUR","gateway":"booth","confirm":true}""",
            _money.Server.Tokens.Good(subject: "another"), ("Idempotency-Key", "shared-name"));

        Assert.Equal(HttpStatusCode.Created, theirs.Status);
        Assert.NotEqual(Text(mine.Json, "paymentId"), Text(theirs.Json, "paymentId"));
        Assert.Equal(77, theirs.Json.GetProperty("amount").GetInt64());
    }

    /// <summary>At PayPal a payer can approve an order that we gave up: its webhook asks us to act, and we never do.</summary>
    [Theory]
    [InlineData(FactKind.RequiresAction), InlineData(FactKind.RequiresConfirmation), InlineData(FactKind.Processing), InlineData(FactKind.AttemptFailed)]
    public async Task A_confirm_after_a_cancel_is_refused_by_us_whatever_the_gateway_tells_later(FactKind late)
    {
        var id = (await _money.CreateAsync(confirm: false)).Json.GetProperty("paymentId").GetString()!;
        Assert.Equal("CANCELED", Text((await _money.PostAsync($"/v1/payments/{id}/cancel", "{}")).Json, "status"));
        var effect = _money.EffectsOf(id).Single(done => done.Kind == GatewayCallKind.Create);
        var told = _money.Booth.Fact(effect) with
        {
            Kind = late,
            Key = FactKey.Of(late, id),
            PartId = late == FactKind.AttemptFailed ? "attempt" : null,
            Amount = effect.Amount,
            OccurredAt = new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero),
        };
        await _money.WebhookAsync($"evt-late-{late}-{id}", told);

        var confirm = await _money.PostAsync($"/v1/payments/{id}/confirm", """{"token":"tok"}""");

        Assert.Equal((HttpStatusCode.Conflict, "payment_state"), (confirm.Status, confirm.Code));
        Assert.DoesNotContain(_money.EffectsOf(id), done => done.Kind == GatewayCallKind.Confirm);
        Assert.Equal("CANCELED", Text((await _money.GetAsync(id)).Json, "status"));
    }

    [Fact]
    public async Task H104_another_tenants_payment_does_not_exist()
    {
        var id = await _money.PaidAsync();
        var stranger = _money.Server.Tokens.Good(tenant: "another");

        var read = await _money.Server.GetAsync($"/v1/payments/{id}", stranger);
        var capture = await _money.PostAsync($"/v1/payments/{id}/capture", "{}", token: stranger);
        var refund = await _money.PostAsync("/v1/refunds", $$"""{"paymentId":"{{id}}"}""", token: stranger);
        var unknown = await _money.Server.GetAsync("/v1/payments/pay_00000000000000000000000000000000");

        Assert.All([read, capture, refund], answer => Assert.Equal((HttpStatusCode.NotFound, "not_found"), (answer.Status, answer.Code)));
        Assert.Equal(unknown.Body, read.Body);
    }

    [Fact]
    public async Task An_operation_that_the_gateway_tells_the_end_of_later_is_pending_until_a_webhook_does()
    {
        var id = await _money.PaidAsync(1000);
        _money.Booth.Mood = (_, _) => Mood.TakesItOn;
        var capture = await _money.CaptureAsync(id, 600);
        Assert.Equal((HttpStatusCode.Accepted, "AUTHORIZED"), (capture.Status, Text(capture.Json, "status")));
        Assert.Equal("operation_in_progress", (await _money.CaptureAsync(id, 401)).Code);

        var effect = _money.EffectsOf(id).Single(done => done.Kind == GatewayCallKind.Capture);
        await _money.WebhookAsync("evt-capture-" + id, _money.Booth.Fact(effect));

        Assert.Equal("PARTIALLY_CAPTURED", Text((await _money.GetAsync(id)).Json, "status"));
        Assert.Equal(0, await _money.ScalarAsync<long>(
            "SELECT capture_reserved FROM books.payments WHERE gateway_payment_id = @name", new { name = "booth_" + id }));
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
