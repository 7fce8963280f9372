using System.Text.Json.Nodes;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

/// <summary>The payer chooses the way to pay, or comes back from an action.</summary>
public sealed class AdyenSessionAndDetailsTests
{
    [Fact]
    public async Task Without_a_token_there_is_a_session_and_no_payment_yet()
    {
        await using var adyen = await StartAsync(201, Session());
        var reply = await adyen.Client.CreateAsync(Create(token: null) with { SaveMethod = true }, default);

        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Null(reply.GatewayPaymentId);
        Assert.Equal("Ab02b4c0!x", reply.ClientSecret);
        Assert.Equal(new NextAction("use_client_library", null, """{"id":"CS1"}"""), reply.NextAction);
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.RequiresPaymentMethod, PaymentId, 1999), (fact.Kind, fact.Reference, fact.Amount!.Value.AmountMinor));
        Assert.Equal("POST /v72/sessions", Assert.Single(adyen.Requests).ToString());
        Assert.Equal("enabled", adyen.Body().Text("storePaymentMethodMode"));
        Assert.False(adyen.Body().At("paymentMethod").Exists());
    }

    [Fact]
    public async Task A_failed_attempt_in_a_session_leaves_the_payment_open_for_the_next()
    {
        await using var adyen = await StartAsync(201, Session());
        var begun = await adyen.Client.CreateAsync(Create(token: null), default);
        using var webhooks = AdyenRequest.Gateway();
        IReadOnlyList<Fact> Told(bool success, string psp) => webhooks.Read(AdyenRequest.Body(AdyenRequest.Item(
            "AUTHORISATION", success, psp, change: item => item["merchantReference"] = PaymentId)))[0].Facts;

        Assert.True(Core.Identifiers.TryParse("pay_", PaymentId, out var id));
        var payment = Payment.Ask(id, "adyen", "default", Amount, "order-1", null);
        foreach (var fact in begun.Facts.Concat(Told(false, "ATTEMPT1"))) payment = PaymentFold.Apply(payment, fact).Payment;
        Assert.Equal(PaymentStatus.RequiresPaymentMethod, payment.Status);
        foreach (var fact in Told(true, "ATTEMPT2")) payment = PaymentFold.Apply(payment, fact).Payment;
        Assert.Equal((PaymentStatus.Authorized, "ATTEMPT2"), (payment.Status, payment.GatewayPaymentId));
    }

    [Theory]
    [InlineData("reference", "\"other\"")]
    [InlineData("merchantAccount", "\"Other\"")]
    [InlineData("amount", """{"currency":"EUR","value":1}""")]
    [InlineData("amount", """{"currency":"USD","value":1999}""")]
    [InlineData("amount", "null")]
    public async Task A_session_about_something_else_is_unknown(string member, string value)
    {
        await using var adyen = await StartAsync(201, Session(root => root[member] = JsonNode.Parse(value)));
        var reply = await adyen.Client.CreateAsync(Create(token: null), default);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Null(reply.ClientSecret);
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData("redirectResult")]
    [InlineData("threeDSResult")]
    public async Task What_the_payer_brings_back_completes_the_payment(string name)
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        var reply = await adyen.Client.ConfirmAsync(Confirm((name, "X6XtfGC3!Y")), default);
        Assert.Equal([FactKind.Authorized], reply.Facts.Select(fact => fact.Kind));
        var request = Assert.Single(adyen.Requests);
        Assert.Equal("POST /v72/payments/details", request.ToString());
        Assert.Equal(OperationId, request.Headers["Idempotency-Key"]);
        Assert.Equal("X6XtfGC3!Y", adyen.Body().At("details").Text(name));
    }

    [Fact]
    public async Task A_challenge_may_follow_a_fingerprint()
    {
        await using var adyen = await StartAsync(200, """
            {"resultCode":"ChallengeShopper","action":{"type":"threeDS2","subtype":"challenge","token":"t"},"merchantReference":"
            """.TrimEnd() + PaymentId + "\"}");
        var reply = await adyen.Client.ConfirmAsync(Confirm(("threeds2.fingerprint", "x"), ("paymentData", "Ab02")), default);
        Assert.Equal("use_client_library", reply.NextAction!.Type);
        Assert.Equal("Ab02", adyen.Body().Text("paymentData"));
    }

    [Fact]
    public async Task A_decline_after_the_action_is_a_decline()
    {
        await using var adyen = await StartAsync(200, Result("Refused", root => root["refusalReasonCode"] = "11"));
        var reply = await adyen.Client.ConfirmAsync(Confirm(("redirectResult", "x")), default);
        Assert.Equal((GatewayOutcome.Declined, "authentication_required"), (reply.Outcome, reply.Failure!.Code));
    }

    [Theory]
    [InlineData("""{"resultCode":"Authorised","pspReference":"CHEAP","merchantReference":"pay_0199aaaabbbb7ccc8ddd000000000009"}""")]
    [InlineData("""{"resultCode":"Authorised","pspReference":"CHEAP"}""")]
    [InlineData("""{"resultCode":"Authorised","pspReference":"JLCMPCQ8HXSKGK82","amount":{"currency":"EUR","value":100}}""")]
    public async Task A_result_of_another_payment_brought_by_the_payer_pays_nothing(string answer)
    {
        await using var adyen = await StartAsync(200, answer);
        var reply = await adyen.Client.ConfirmAsync(Confirm(("redirectResult", "of a cheaper one")), default);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
    }

    [Fact]
    public async Task An_answer_that_names_the_payment_by_Adyens_id_alone_is_enough()
    {
        await using var adyen = await StartAsync(200, """{"resultCode":"Authorised","pspReference":"JLCMPCQ8HXSKGK82"}""");
        Assert.Equal(GatewayOutcome.Accepted, (await adyen.Client.ConfirmAsync(Confirm(("redirectResult", "x")), default)).Outcome);
    }

    [Theory]
    [InlineData("card", "x")]
    [InlineData("redirectResult", "")]
    [InlineData("paymentData", "x")]
    public async Task What_Adyen_does_not_know_from_an_action_is_refused(string name, string value)
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        var reply = await adyen.Client.ConfirmAsync(Confirm((name, value)), default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(adyen.Requests);
    }

    [Fact]
    public async Task A_second_attempt_beside_one_under_way_is_refused_and_after_a_decline_it_is_not()
    {
        await using var adyen = await StartAsync(200, Result("Refused"));
        var beside = await adyen.Client.ConfirmAsync(Confirm() with { Token = Card }, default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_state"), (beside.Outcome, beside.Failure!.Code));
        Assert.Empty(adyen.Requests);

        var declined = await adyen.Client.ConfirmAsync(Confirm() with { Token = Card, GatewayPaymentId = null }, default);
        Assert.Equal(GatewayOutcome.Declined, declined.Outcome);
        Assert.Null(declined.GatewayPaymentId);
        Assert.Contains(Psp, declined.Facts[0].Aliases);
    }

    private static string Session(Action<JsonObject>? change = null)
    {
        var root = new JsonObject
        {
            ["id"] = "CS1",
            ["sessionData"] = "Ab02b4c0!x",
            ["amount"] = new JsonObject { ["currency"] = "EUR", ["value"] = 1999 },
            ["reference"] = PaymentId,
            ["merchantAccount"] = "ExampleShopECOM",
            ["returnUrl"] = "https://shop.example/back",
            ["expiresAt"] = "2026-11-21T18:00:00+01:00",
        };
        change?.Invoke(root);
        return root.ToJsonString();
    }
}
