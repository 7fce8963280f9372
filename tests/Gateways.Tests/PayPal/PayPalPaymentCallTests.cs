using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways.Tests.Http;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalCalls;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalPaymentCallTests : IAsyncLifetime
{
    private const string Taken = CaptureOperation;

    private PayPalApiServer _paypal = null!;

    public async Task InitializeAsync() => _paypal = await PayPalApiServer.StartAsync();

    public Task DisposeAsync() => _paypal.DisposeAsync().AsTask();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_capture_takes_from_the_authorisation_of_the_order(bool isFinal)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(CaptureRoute, 201, CaptureJson(value: "10.00", invoice: Taken));
        var reply = await CaptureAsync(Capture(1000, isFinal));
        Assert.Equal((GatewayOutcome.Accepted, CaptureId, Order), (reply.Outcome, reply.GatewayReference, reply.GatewayPaymentId));
        Assert.Equal([FactKind.Captured, FactKind.Fee], reply.Facts.Select(fact => fact.Kind));
        Assert.Equal(1000, reply.Facts[0].Amount!.Value.AmountMinor);
        Assert.Null(reply.Facts[0].PaymentAmount);
        Assert.Equal([Order, Authorization, CaptureId, PaymentId], reply.Facts[0].Aliases);
        Assert.Equal($$$"""
            {"amount":{"currency_code":"EUR","value":"10.00"},"invoice_id":"{{{Taken}}}","final_capture":{{{(isFinal ? "true" : "false")}}}}
            """.Trim(), _paypal.BodyOf(CaptureRoute).GetRawText());
        Assert.Equal(Taken, _paypal.To(CaptureRoute).Single().Headers["PayPal-Request-Id"]);
    }

    [Fact]
    public async Task F29_a_capture_that_an_earlier_try_made_is_found_and_not_made_again()
    {
        _paypal.On(OrderRoute, 200, Authorized("CAPTURED", $",\"captures\":[{CaptureJson(invoice: Taken)}]"));
        var reply = await CaptureAsync(Capture());
        Assert.Equal((GatewayOutcome.Accepted, "Captured:" + CaptureId), (reply.Outcome, reply.Facts[0].Key.Value));
        Assert.Contains(Authorization, reply.Facts[0].Aliases);
        Assert.Empty(_paypal.To(CaptureRoute));
    }

    [Theory]
    [InlineData("9.99", Taken)]
    [InlineData("10.00", "cap_0199a3f2c0de7abc8def0123456789ff")]
    public async Task F31_a_capture_of_another_amount_or_operation_is_never_a_success(string value, string invoice)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(CaptureRoute, 201, CaptureJson(value: value, invoice: invoice));
        var reply = await CaptureAsync(Capture(1000));
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData("PENDING", GatewayOutcome.Accepted, FactKind.Processing)]
    [InlineData("DECLINED", GatewayOutcome.Declined, FactKind.Failed)]
    [InlineData("FAILED", GatewayOutcome.Declined, FactKind.Failed)]
    public async Task A_capture_is_what_its_status_says(string status, GatewayOutcome outcome, FactKind kind)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(CaptureRoute, 201, CaptureJson(status, invoice: Taken));
        var reply = await CaptureAsync(Capture());
        Assert.Equal((outcome, kind), (reply.Outcome, Assert.Single(reply.Facts).Kind));
    }

    [Fact]
    public async Task A_short_answer_to_a_capture_is_read_in_full()
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(CaptureRoute, 200, $$"""{"id":"{{CaptureId}}","status":"COMPLETED"}""")
            .On("GET /v2/payments/captures/" + CaptureId, 200, CaptureJson(invoice: Taken));
        Assert.Equal(GatewayOutcome.Accepted, (await CaptureAsync(Capture())).Outcome);
    }

    [Theory]
    [InlineData("AUTHORIZATION_VOIDED", GatewayOutcome.Refused, "invalid_state")]
    [InlineData("AUTHORIZATION_EXPIRED", GatewayOutcome.Refused, "invalid_state")]
    [InlineData("MAX_CAPTURE_AMOUNT_EXCEEDED", GatewayOutcome.Refused, "invalid_state")]
    [InlineData("AUTHORIZATION_ALREADY_CAPTURED", GatewayOutcome.Refused, "already_done")]
    [InlineData("DUPLICATE_INVOICE_ID", GatewayOutcome.Unknown, "already_done")]
    [InlineData("TRANSACTION_REFUSED", GatewayOutcome.Declined, "card_declined")]
    [InlineData("A_NEW_WORD", GatewayOutcome.Refused, "invalid_request")]
    public async Task A_refused_capture_says_why(string issue, GatewayOutcome outcome, string code)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(CaptureRoute, 422, Error(issue));
        var reply = await CaptureAsync(Capture());
        Assert.Equal((outcome, code, issue), (reply.Outcome, reply.Failure!.Code, reply.Failure.GatewayCode));
        if (outcome == GatewayOutcome.Declined)
            Assert.Equal((FactKind.CaptureRefused, Taken), (Assert.Single(reply.Facts).Kind, reply.Facts[0].PartId));
        else
            Assert.Empty(reply.Facts);
    }

    [Fact]
    public async Task A_capture_that_stands_in_its_own_way_is_read_back()
    {
        _paypal.On(OrderRoute, 200, Authorized())
            .On(OrderRoute, 200, Authorized("CAPTURED", $",\"captures\":[{CaptureJson(invoice: Taken)}]"))
            .On(CaptureRoute, 422, Error("AUTHORIZATION_ALREADY_CAPTURED"));
        var reply = await CaptureAsync(Capture());
        Assert.Equal((GatewayOutcome.Accepted, CaptureId), (reply.Outcome, reply.GatewayReference));
    }

    [Fact]
    public async Task A_payment_that_others_made_is_captured_by_the_authorisation_among_its_aliases()
    {
        _paypal.On(AuthorizationRoute, 200, AuthorizationJson()).On(CaptureRoute, 201, CaptureJson(invoice: Taken));
        var reply = await CaptureAsync(Capture() with { GatewayPaymentId = null, Aliases = [PaymentId, CaptureId, Authorization] });
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
    }

    [Fact]
    public async Task While_the_order_cannot_be_read_nothing_is_captured()
    {
        _paypal.On(OrderRoute, 503, "{}");
        Assert.Equal(GatewayOutcome.NotDone, (await CaptureAsync(Capture())).Outcome);
        Assert.Empty(_paypal.To(CaptureRoute));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    public async Task A_void_releases_the_authorisation_whatever_form_its_answer_has(int status)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(VoidRoute, status, status == 204 ? "" : AuthorizationJson("VOIDED"))
            .On(AuthorizationRoute, 200, AuthorizationJson("VOIDED"));
        var reply = await CancelAsync(Cancel());
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal((FactKind.Voided, "Voided:" + Authorization), (Assert.Single(reply.Facts).Kind, reply.Facts[0].Key.Value));
    }

    [Theory]
    [InlineData("VOIDED", GatewayOutcome.Accepted)]
    [InlineData("CAPTURED", GatewayOutcome.Refused)]
    [InlineData("DENIED", GatewayOutcome.Refused)]
    public async Task What_is_not_open_is_not_voided_again(string status, GatewayOutcome outcome)
    {
        _paypal.On(OrderRoute, 200, Authorized(status));
        Assert.Equal(outcome, (await CancelAsync(Cancel())).Outcome);
        Assert.Empty(_paypal.To(VoidRoute));
    }

    [Theory]
    [InlineData("VOIDED", GatewayOutcome.Accepted)]
    [InlineData("CREATED", GatewayOutcome.Unknown)]
    public async Task A_void_without_an_answer_is_sent_once_and_read_back(string status, GatewayOutcome outcome)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(VoidRoute, 500, "{}").On(AuthorizationRoute, 200, AuthorizationJson(status));
        Assert.Equal(outcome, (await CancelAsync(Cancel())).Outcome);
        Assert.Single(_paypal.To(VoidRoute));
    }

    [Theory]
    [InlineData("PREVIOUSLY_VOIDED", "VOIDED", GatewayOutcome.Accepted)]
    [InlineData("PREVIOUSLY_CAPTURED", "CAPTURED", GatewayOutcome.Refused)]
    public async Task A_void_that_came_too_late_says_for_what(string issue, string status, GatewayOutcome outcome)
    {
        _paypal.On(OrderRoute, 200, Authorized()).On(VoidRoute, 422, Error(issue)).On(AuthorizationRoute, 200, AuthorizationJson(status));
        Assert.Equal(outcome, (await CancelAsync(Cancel())).Outcome);
    }

    [Theory]
    [InlineData("PAYER_ACTION_REQUIRED")]
    [InlineData("APPROVED")]
    public async Task An_order_without_money_is_given_up_without_a_call_that_acts(string status)
    {
        _paypal.On(OrderRoute, 200, OrderJson(status));
        var reply = await CancelAsync(Cancel() with { Reason = "abandoned" });
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.Voided, "Voided:" + Order, "abandoned"), (fact.Kind, fact.Key.Value, fact.Details.Reason));
        Assert.All(_paypal.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task An_order_that_PayPal_forgot_is_given_up_unless_an_authorisation_is_known()
    {
        Assert.Equal(GatewayOutcome.Accepted, (await CancelAsync(Cancel())).Outcome);
        Assert.Equal(GatewayOutcome.Refused, (await CancelAsync(Cancel() with { Aliases = [Order, PaymentId, Authorization] })).Outcome);
        Assert.Equal(GatewayOutcome.Refused, (await CancelAsync(Cancel() with { GatewayPaymentId = null })).Outcome);
    }

    [Fact]
    public async Task A_captured_order_cannot_be_cancelled()
    {
        _paypal.On(OrderRoute, 200, Captured(CaptureJson()));
        Assert.Equal("invalid_state", (await CancelAsync(Cancel())).Failure!.Code);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(CaptureId)]
    public async Task A_refund_gives_back_of_a_capture(string? capture)
    {
        _paypal.On(OrderRoute, 200, Captured(CaptureJson())).On(RefundRoute, 201, RefundJson());
        var reply = await RefundAsync(GiveBack() with { GatewayCaptureId = capture });
        Assert.Equal((GatewayOutcome.Accepted, Refund), (reply.Outcome, reply.GatewayReference));
        var fact = Assert.Single(reply.Facts);
        Assert.Equal(("RefundSucceeded:" + Refund, 1000), (fact.Key.Value, fact.Amount!.Value.AmountMinor));
        Assert.Equal([Order, CaptureId, Refund, PaymentId], fact.Aliases);
        Assert.Equal($$$"""
            {"amount":{"currency_code":"EUR","value":"10.00"},"custom_id":"{{{PaymentId}}}","invoice_id":"{{{RefundOperation}}}",
            "note_to_payer":"Refund as you requested."}
            """.ReplaceLineEndings(""), _paypal.BodyOf(RefundRoute).GetRawText());
        Assert.Equal(RefundOperation, _paypal.To(RefundRoute).Single().Headers["PayPal-Request-Id"]);
    }

    [Fact]
    public async Task F29_a_refund_that_an_earlier_try_made_is_found_and_not_made_of_another_capture()
    {
        var other = CaptureJson().Replace(CaptureId, "OTHER", StringComparison.Ordinal);
        _paypal.On(OrderRoute, 200, OrderJson("COMPLETED",
            $"\"captures\":[{CaptureJson("REFUNDED")},{other}],\"refunds\":[{RefundJson()}]", "AUTHORIZE"));
        var reply = await RefundAsync(GiveBack());
        Assert.Equal((GatewayOutcome.Accepted, Refund), (reply.Outcome, reply.GatewayReference));
        Assert.All(_paypal.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData("PENDING", GatewayOutcome.Accepted, FactKind.RefundPending)]
    [InlineData("FAILED", GatewayOutcome.Declined, FactKind.RefundFailed)]
    [InlineData("CANCELLED", GatewayOutcome.Declined, FactKind.RefundFailed)]
    public async Task A_refund_is_what_its_status_says(string status, GatewayOutcome outcome, FactKind kind)
    {
        _paypal.On(RefundRoute, 201, RefundJson(status));
        var reply = await RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId });
        Assert.Equal((outcome, kind), (reply.Outcome, Assert.Single(reply.Facts).Kind));
    }

    [Theory]
    [InlineData("CAPTURE_FULLY_REFUNDED", GatewayOutcome.Refused, "already_done")]
    [InlineData("REFUND_AMOUNT_EXCEEDED", GatewayOutcome.Refused, "invalid_state")]
    [InlineData("REFUND_TIME_LIMIT_EXCEEDED", GatewayOutcome.Refused, "invalid_state")]
    [InlineData("DUPLICATE_INVOICE_ID", GatewayOutcome.Unknown, "already_done")]
    public async Task A_refused_refund_says_why(string issue, GatewayOutcome outcome, string code)
    {
        _paypal.On(OrderRoute, 200, Captured(CaptureJson())).On(RefundRoute, 422, Error(issue));
        var reply = await RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId });
        Assert.Equal((outcome, code), (reply.Outcome, reply.Failure!.Code));
    }

    [Fact]
    public async Task F31_a_refund_of_another_amount_is_never_a_success()
    {
        _paypal.On(RefundRoute, 201, RefundJson(value: "25.99"));
        Assert.Equal("mismatched_reply", (await RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId })).Failure!.Code);
    }

    [Fact]
    public async Task A_refund_larger_than_each_capture_is_refused()
    {
        var other = CaptureJson(value: "15.00").Replace(CaptureId, "OTHER", StringComparison.Ordinal);
        _paypal.On(OrderRoute, 200, Captured($"{CaptureJson()},{other}"));

        var reply = await RefundAsync(GiveBack(2600));

        Assert.Equal((GatewayOutcome.Refused, "amount_too_large"), (reply.Outcome, reply.Failure!.Code));
        Assert.Contains("2599 is the most", reply.Failure.Message, StringComparison.Ordinal);
        Assert.All(_paypal.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData("COMPLETED", "OTHER")]
    [InlineData("PENDING", "OTHER")]
    [InlineData("FAILED", CaptureId)]
    public async Task A_refund_is_made_of_a_capture_of_which_enough_is_left(string earlier, string taken)
    {
        var other = CaptureJson().Replace(CaptureId, "OTHER", StringComparison.Ordinal);
        _paypal.On(OrderRoute, 200, OrderJson(
                "COMPLETED", $"\"captures\":[{CaptureJson("PARTIALLY_REFUNDED")},{other}],\"refunds\":[{RefundJson(earlier, "20.00", "re_other")}]"))
            .On(RefundRoute.Replace(CaptureId, taken, StringComparison.Ordinal), 201, RefundJson());

        Assert.Equal(GatewayOutcome.Accepted, (await RefundAsync(GiveBack())).Outcome);
    }

    [Fact]
    public async Task F33_the_facts_of_a_refund_have_the_keys_of_its_webhook()
    {
        _paypal.On(RefundRoute, 201, RefundJson());
        var reply = await RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId });
        var told = Told("PAYMENT.CAPTURE.REFUNDED", RefundJson());
        Assert.Equal(told.Select(fact => (fact.Key, fact.PartId, fact.Amount, fact.OccurredAt)),
            reply.Facts.Select(fact => (fact.Key, fact.PartId, fact.Amount, fact.OccurredAt)));
    }

    [Fact]
    public async Task F29_every_try_of_a_refund_carries_the_same_request_id()
    {
        _paypal.On(RefundRoute, (context, _) => { context.Abort(); return Task.CompletedTask; }).On(RefundRoute, 200, RefundJson());
        Assert.Equal(GatewayOutcome.Accepted, (await RefundAsync(GiveBack() with { GatewayCaptureId = CaptureId })).Outcome);
        Assert.Equal([RefundOperation, RefundOperation], _paypal.To(RefundRoute).Select(one => one.Headers["PayPal-Request-Id"]));
    }

    private Task<GatewayReply> CaptureAsync(CapturePaymentCall call) => _paypal.Client.CaptureAsync(call, CancellationToken.None);

    private Task<GatewayReply> CancelAsync(CancelPaymentCall call) => _paypal.Client.CancelAsync(call, CancellationToken.None);

    private Task<GatewayReply> RefundAsync(RefundPaymentCall call) => _paypal.Client.RefundAsync(call, CancellationToken.None);
}
