using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalCalls;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalLookUpTests : IAsyncLifetime
{
    private PayPalApiServer _paypal = null!;

    public async Task InitializeAsync() => _paypal = await PayPalApiServer.StartAsync();

    public Task DisposeAsync()
    {
        Assert.All(_paypal.Requests, request => Assert.Equal("GET", request.Method));
        return _paypal.DisposeAsync().AsTask();
    }

    [Theory]
    [InlineData(GatewayCallKind.Create, "PAYER_ACTION_REQUIRED", GatewayOutcome.Accepted)]
    [InlineData(GatewayCallKind.Create, "APPROVED", GatewayOutcome.Accepted)]
    [InlineData(GatewayCallKind.Create, "VOIDED", GatewayOutcome.Accepted)]
    [InlineData(GatewayCallKind.Confirm, "PAYER_ACTION_REQUIRED", GatewayOutcome.Refused)]
    [InlineData(GatewayCallKind.Confirm, "APPROVED", GatewayOutcome.Refused)]
    public async Task An_order_says_what_became_of_its_call(GatewayCallKind kind, string status, GatewayOutcome outcome)
    {
        _paypal.On(OrderRoute, 200, OrderJson(status));
        Assert.Equal(outcome, (await LookAsync(LookUp(kind))).Outcome);
    }

    [Theory]
    [InlineData("COMPLETED", GatewayOutcome.Accepted, FactKind.Captured)]
    [InlineData("DECLINED", GatewayOutcome.Declined, FactKind.Failed)]
    public async Task A_completed_order_is_what_its_capture_is(string status, GatewayOutcome outcome, FactKind kind)
    {
        _paypal.On(OrderRoute, 200, Captured(CaptureJson(status)));
        var reply = await LookAsync(LookUp(GatewayCallKind.Confirm));
        Assert.Equal((outcome, kind), (reply.Outcome, reply.Facts[0].Kind));
    }

    [Fact]
    public async Task What_was_sent_just_now_and_does_not_show_is_unknown()
    {
        _paypal.On(OrderRoute, 200, Authorized());
        foreach (var call in new[]
        {
            LookUp(GatewayCallKind.Capture, CaptureOperation), LookUp(GatewayCallKind.Cancel),
            LookUp(GatewayCallKind.Refund, RefundOperation, 1000),
        })
        {
            Assert.Equal(GatewayOutcome.Refused, (await LookAsync(call)).Outcome);
            Assert.Equal(GatewayOutcome.Unknown, (await LookAsync(call with { SentAt = _paypal.Time.GetUtcNow() })).Outcome);
        }
    }

    [Fact]
    public async Task A_part_is_found_by_our_operations_id()
    {
        var parts = $",\"captures\":[{CaptureJson(invoice: CaptureOperation)}],\"refunds\":[{RefundJson()}]";
        _paypal.On(OrderRoute, 200, Authorized("CAPTURED", parts));
        var capture = await LookAsync(LookUp(GatewayCallKind.Capture, CaptureOperation));
        Assert.Equal((GatewayOutcome.Accepted, CaptureId), (capture.Outcome, capture.GatewayReference));
        Assert.Null(capture.Facts[0].PaymentAmount);
        var refund = await LookAsync(LookUp(GatewayCallKind.Refund, RefundOperation, 1000));
        Assert.Equal((GatewayOutcome.Accepted, Refund), (refund.Outcome, refund.GatewayReference));
        Assert.Equal("mismatched_reply", (await LookAsync(LookUp(GatewayCallKind.Refund, RefundOperation, 999))).Failure!.Code);
    }

    [Theory]
    [InlineData("VOIDED", GatewayOutcome.Accepted)]
    [InlineData("CAPTURED", GatewayOutcome.Refused)]
    [InlineData("CREATED", GatewayOutcome.Refused)]
    public async Task A_cancellation_is_what_its_authorisation_is(string status, GatewayOutcome outcome)
    {
        _paypal.On(OrderRoute, 200, Authorized(status));
        Assert.Equal(outcome, (await LookAsync(LookUp(GatewayCallKind.Cancel))).Outcome);
    }

    [Fact]
    public async Task Without_the_order_PayPal_cannot_be_asked_yet()
    {
        foreach (var kind in Enum.GetValues<GatewayCallKind>().Except([GatewayCallKind.Cancel]))
        {
            var call = LookUp(kind, CaptureOperation) with { GatewayPaymentId = null, SentAt = _paypal.Time.GetUtcNow().AddHours(-23) };
            var reply = await LookAsync(call);
            Assert.Equal(GatewayOutcome.Unknown, reply.Outcome);
        }
        Assert.Empty(_paypal.Requests);
    }

    [Theory]
    [InlineData("custom_field", PaymentId, "2020-11-21T00:00:00Z", GatewayOutcome.Accepted)]
    [InlineData("invoice_id", PaymentId, "2020-11-01T00:00:00Z", GatewayOutcome.Accepted)]
    [InlineData("custom_field", "pay_1", "2020-11-21T00:00:00Z", GatewayOutcome.Refused)]
    [InlineData("custom_field", "pay_1", "2020-11-01T19:00:00Z", GatewayOutcome.Unknown)]
    public async Task F32_an_order_that_we_never_learned_of_is_sought_in_the_list_of_transactions(
        string member, string named, string refreshed, GatewayOutcome outcome)
    {
        _paypal.On("GET /v1/reporting/transactions", 200, """{"total_pages":2,"transaction_details":[]}""")
            .On("GET /v1/reporting/transactions", 200, $$$"""
                {"total_pages":2,"last_refreshed_datetime":"{{{refreshed}}}","transaction_details":[
                 {"transaction_info":{"transaction_id":"{{{CaptureId}}}","{{{member}}}":"{{{named}}}"} }]}
                """)
            .On("GET /v2/payments/captures/" + CaptureId, 200,
                CaptureJson(more: $$$""","supplementary_data":{"related_ids":{"order_id":"{{{Order}}}"} }"""));
        var reply = await LookAsync(LookUp(GatewayCallKind.Create) with { GatewayPaymentId = null });
        Assert.Equal(outcome, reply.Outcome);
        var held = await LookAsync(LookUp(GatewayCallKind.Create) with { GatewayPaymentId = null, CaptureMethod = CaptureMethod.Manual });
        Assert.Equal(outcome == GatewayOutcome.Accepted ? outcome : GatewayOutcome.Unknown, held.Outcome);
        if (outcome == GatewayOutcome.Accepted)
            Assert.Equal((Order, "Captured:" + CaptureId), (reply.GatewayPaymentId, reply.Facts[0].Key.Value));
    }

    [Fact]
    public async Task F32_a_row_that_names_its_order_leads_to_it_and_a_refund_is_not_the_payment()
    {
        _paypal.On("GET /v1/reporting/transactions", 200, $$$"""
            {"total_pages":1,"last_refreshed_datetime":"2020-11-21T00:00:00Z","transaction_details":[
             {"transaction_info":{"transaction_id":"{{{Refund}}}","transaction_event_code":"T1107","custom_field":"{{{PaymentId}}}"} },
             {"transaction_info":{"transaction_id":"{{{CaptureId}}}","transaction_event_code":"T0006","custom_field":"{{{PaymentId}}}",
              "paypal_reference_id":"{{{Order}}}","paypal_reference_id_type":"ODR"} }]}
            """).On(OrderRoute, 200, Captured(CaptureJson()));
        var reply = await LookAsync(LookUp(GatewayCallKind.Create) with { GatewayPaymentId = null });
        Assert.Equal((GatewayOutcome.Accepted, Order, CaptureId), (reply.Outcome, reply.GatewayPaymentId, reply.GatewayReference));
    }

    [Theory]
    [InlineData(404, GatewayOutcome.Refused)]
    [InlineData(403, GatewayOutcome.Unknown)]
    [InlineData(401, GatewayOutcome.Unknown)]
    [InlineData(429, GatewayOutcome.Unknown)]
    [InlineData(500, GatewayOutcome.Unknown)]
    [InlineData(302, GatewayOutcome.Unknown)]
    public async Task Only_an_order_that_is_certainly_not_there_counts_as_none(int status, GatewayOutcome outcome)
    {
        _paypal.On(OrderRoute, status, """{"name":"X"}""");
        Assert.Equal(outcome, (await LookAsync(LookUp(GatewayCallKind.Create))).Outcome);
    }

    [Fact]
    public async Task A_dispute_is_told_by_the_reader_of_its_webhooks()
    {
        const string route = "GET /v1/customer/disputes/PP-D-4012";
        _paypal.On(route, 200, """
            {"dispute_id":"PP-D-4012","create_time":"2026-11-10T12:00:00Z","reason":"UNAUTHORISED","status":"OPEN",
             "disputed_transactions":[{"seller_transaction_id":"42311647XV020501X"}],
             "dispute_amount":{"currency_code":"EUR","value":"25.99"} }
            """);
        var reply = await ReadAsync("PP-D-4012");
        Assert.Equal((GatewayOutcome.Accepted, "DisputeOpened:PP-D-4012"), (reply.Outcome, Assert.Single(reply.Facts).Key.Value));
        Assert.Equal("not_found", (await ReadAsync("PP-D-1")).Failure!.Code);
        Assert.Equal("invalid_request", (await ReadAsync("..")).Failure!.Code);
    }

    private Task<GatewayReply> ReadAsync(string dispute) =>
        _paypal.Client.ReadDisputeAsync(new("default", dispute), CancellationToken.None);

    private Task<GatewayReply> LookAsync(LookUpCall call) => _paypal.Client.LookUpAsync(call, CancellationToken.None);
}
