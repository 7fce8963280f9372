using System.Text.Json.Nodes;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

/// <summary>What Adyen takes on is not done: the webhook decides.</summary>
public sealed class AdyenModificationTests
{
    [Fact]
    public async Task A_capture_that_was_taken_on_moves_no_money()
    {
        await using var adyen = await StartAsync(201, Received(CaptureId));
        var reply = await adyen.Client.CaptureAsync(Capture(), default);
        Assert.Equal((GatewayOutcome.Accepted, "MODIFICATION1", Psp), (reply.Outcome, reply.GatewayReference, reply.GatewayPaymentId));
        Assert.Empty(reply.Facts);
        var request = Assert.Single(adyen.Requests);
        Assert.Equal($"POST /v72/payments/{Psp}/captures", request.ToString());
        Assert.Equal(CaptureId, request.Headers["Idempotency-Key"]);
        Assert.Equal(CaptureId, adyen.Body().Text("reference"));
        Assert.Equal(1999, adyen.Body().At("amount").Integer("value"));
    }

    [Theory]
    [InlineData("duplicate", "DUPLICATE")]
    [InlineData("fraudulent", "FRAUD")]
    [InlineData("requested_by_customer", "CUSTOMER REQUEST")]
    [InlineData("something else", "OTHER")]
    [InlineData(null, null)]
    public async Task A_refund_that_was_taken_on_is_pending_under_the_id_that_its_webhook_will_name(string? reason, string? theirs)
    {
        await using var adyen = await StartAsync(201, Received(RefundId));
        var reply = await adyen.Client.RefundAsync(Refund(reason), default);
        Assert.Equal(theirs, adyen.Body().Text("merchantRefundReason"));
        var pending = Assert.Single(reply.Facts);
        Assert.Equal(
            (FactKind.RefundPending, "RefundPending:MODIFICATION1", "MODIFICATION1", Psp, Amount),
            (pending.Kind, pending.Key.Value, pending.PartId, pending.Reference, pending.Amount!.Value));

        using var webhooks = AdyenRequest.Gateway();
        var told = webhooks.Read(AdyenRequest.Body(AdyenRequest.Item(
            "REFUND", psp: "MODIFICATION1", original: Psp, change: item => item["merchantReference"] = RefundId)))[0].Facts[0];
        Assert.Equal(told.PartId, pending.PartId);
        Assert.Equal(told.Aliases, pending.Aliases);
        Assert.Equal(told.Amount, pending.Amount);
    }

    [Fact]
    public async Task A_cancel_that_was_taken_on_is_no_void_yet()
    {
        await using var adyen = await StartAsync(201, Received(OperationId, root => root.Remove("amount")));
        var reply = await adyen.Client.CancelAsync(Cancel() with { Key = OperationId + "-2" }, default);
        Assert.Equal((GatewayOutcome.Accepted, "MODIFICATION1"), (reply.Outcome, reply.GatewayReference));
        Assert.Empty(reply.Facts);
        Assert.Equal($"POST /v72/payments/{Psp}/cancels", Assert.Single(adyen.Requests).ToString());
        Assert.Equal(OperationId, adyen.Body().Text("reference"));
        Assert.Equal(OperationId + "-2", adyen.Requests[0].Headers["Idempotency-Key"]);
    }

    [Theory]
    [InlineData("paymentPspReference", "\"OTHER\"")]
    [InlineData("reference", "\"re_other\"")]
    [InlineData("merchantAccount", "\"Other\"")]
    [InlineData("pspReference", "\"JLCMPCQ8HXSKGK82\"")]
    [InlineData("amount", """{"currency":"EUR","value":199900}""")]
    [InlineData("amount", """{"currency":"USD","value":1999}""")]
    public async Task F31_an_answer_about_something_else_is_unknown(string member, string value)
    {
        await using var adyen = await StartAsync(201, Received(RefundId, root => root[member] = JsonNode.Parse(value)));
        var reply = await adyen.Client.RefundAsync(Refund(), default);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData("status", "\"done\"")]
    [InlineData("status", "null")]
    [InlineData("pspReference", "null")]
    [InlineData("amount", """{"currency":"EUR","value":"1999"}""")]
    [InlineData("amount", """{"currency":"EUR","value":1999.0}""")]
    public async Task F31_an_answer_that_says_it_in_another_way_is_unknown(string member, string value)
    {
        await using var adyen = await StartAsync(201, Received(CaptureId, root => root[member] = JsonNode.Parse(value)));
        var reply = await adyen.Client.CaptureAsync(Capture(), default);
        Assert.Equal((GatewayOutcome.Unknown, "unreadable_reply"), (reply.Outcome, reply.Failure!.Code));
    }

    [Fact]
    public async Task What_Adyen_has_told_no_payment_of_cannot_be_changed()
    {
        await using var adyen = await StartAsync(201, Received(CaptureId));
        var capture = await adyen.Client.CaptureAsync(Capture() with { GatewayPaymentId = null, Aliases = [PaymentId] }, default);
        var cancel = await adyen.Client.CancelAsync(Cancel() with { GatewayPaymentId = PaymentId }, default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_state"), (capture.Outcome, capture.Failure!.Code));
        Assert.Equal((GatewayOutcome.Refused, "invalid_state"), (cancel.Outcome, cancel.Failure!.Code));
        Assert.Empty(adyen.Requests);
    }

    [Fact]
    public async Task The_id_that_a_webhook_told_of_a_session_is_enough()
    {
        await using var adyen = await StartAsync(201, Received(CaptureId));
        var capture = Capture() with { GatewayPaymentId = null, Aliases = [PaymentId, Psp] };
        Assert.Equal(GatewayOutcome.Accepted, (await adyen.Client.CaptureAsync(capture, default)).Outcome);
    }

    [Fact]
    public async Task A_part_is_captured_with_its_own_amount()
    {
        await using var adyen = await StartAsync(201, Received(CaptureId, root => root["amount"]!["value"] = 500));
        var part = Amount with { AmountMinor = 500 };
        Assert.Equal(GatewayOutcome.Accepted, (await adyen.Client.CaptureAsync(Capture(part), default)).Outcome);
        Assert.Equal(500, adyen.Body().At("amount").Integer("value"));
    }

    [Fact]
    public async Task What_became_of_a_call_is_for_the_webhook_to_say()
    {
        await using var adyen = await StartAsync(200, "{}");
        var lookUp = await adyen.Client.LookUpAsync(new LookUpCall
        {
            Account = "default", Key = CaptureId, PaymentId = PaymentId, Kind = GatewayCallKind.Capture, Amount = Amount,
            SentAt = DateTimeOffset.UnixEpoch,
        }, default);
        var dispute = await adyen.Client.ReadDisputeAsync(new ReadDisputeCall("default", "DISPUTE1"), default);
        Assert.All([lookUp, dispute], reply => Assert.Equal(GatewayOutcome.Unknown, reply.Outcome));
        Assert.Empty(adyen.Requests);
        Assert.InRange(adyen.Client.KeyWindow(GatewayCallKind.Capture), TimeSpan.FromDays(6), TimeSpan.FromDays(7));
    }
}
