using System.Text.Json.Nodes;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

public sealed class AdyenPayTests
{
    [Fact]
    public async Task A_payment_with_a_token_is_made_at_once_for_manual_capture()
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        var reply = await adyen.Client.CreateAsync(Create(), default);

        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal(Psp, reply.GatewayPaymentId);
        Assert.Equal([FactKind.Authorized], reply.Facts.Select(fact => fact.Kind));
        var request = Assert.Single(adyen.Requests);
        Assert.Equal("POST /v72/payments", request.ToString());
        Assert.Equal("AQE-key", request.Headers["X-API-Key"]);
        Assert.Equal(PaymentId, request.Headers["Idempotency-Key"]);
        var body = adyen.Body();
        Assert.Equal("ExampleShopECOM", body.Text("merchantAccount"));
        Assert.Equal(PaymentId, body.Text("reference"));
        Assert.Equal("order-1", body.Text("merchantOrderReference"));
        Assert.Equal("test_737", body.At("paymentMethod").Text("encryptedSecurityCode"));
        Assert.Equal("Ecommerce", body.Text("shopperInteraction"));
        Assert.False(body.At("captureDelayHours").Exists());
        Assert.Equal("true", body.At("additionalData").Text("manualCapture"));
    }

    [Fact]
    public async Task Automatic_capture_is_asked_for_in_the_reference_and_takes_the_money_at_once()
    {
        await using var adyen = await StartAsync(200, Result("Authorised", root => root["merchantReference"] = PaymentId + ".auto"));
        var reply = await adyen.Client.CreateAsync(Create() with { CaptureMethod = CaptureMethod.Automatic }, default);

        Assert.Equal([FactKind.Authorized, FactKind.Captured], reply.Facts.Select(fact => fact.Kind));
        Assert.Equal(0, adyen.Body().Integer("captureDelayHours"));
        Assert.Equal(PaymentId + ".auto", adyen.Body().Text("reference"));
    }

    [Theory]
    [InlineData("Authorised", CaptureMethod.Manual)]
    [InlineData("Authorised", CaptureMethod.Automatic)]
    [InlineData("Refused", CaptureMethod.Manual)]
    public async Task The_answer_and_the_webhook_tell_the_same_facts(string resultCode, CaptureMethod method)
    {
        var reference = method == CaptureMethod.Automatic ? PaymentId + ".auto" : PaymentId;
        await using var adyen = await StartAsync(200, Result(resultCode, root => root["merchantReference"] = reference));
        var reply = await adyen.Client.CreateAsync(Create() with { CaptureMethod = method }, default);
        using var webhooks = AdyenRequest.Gateway();
        var told = webhooks.Read(AdyenRequest.Body(AdyenRequest.Item(
            "AUTHORISATION", resultCode == "Authorised", Psp, change: item => item["merchantReference"] = reference)))[0].Facts;

        // All but the gateway's time and what is only shown.
        Fact Told(Fact fact) => fact with { OccurredAt = default, Details = FactDetails.None, Aliases = [] };
        Assert.Equal(told.Select(Told), reply.Facts.Select(Told));
        Assert.Equal(told.Select(fact => string.Join(' ', fact.Aliases)), reply.Facts.Select(fact => string.Join(' ', fact.Aliases)));
    }

    [Fact]
    public async Task Checks_and_risk_are_kept()
    {
        await using var adyen = await StartAsync(200, Result("Authorised", root =>
        {
            root["additionalData"] = JsonNode.Parse("""{"avsResult":"7 Both","cvcResult":"1 Matches","fraudResultType":"GREEN"}""");
            root["fraudResult"] = new JsonObject { ["accountScore"] = 25, ["results"] = new JsonArray() };
        }));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal(
            new FactDetails { AvsResult = "7 Both", CvvResult = "1 Matches", RiskLevel = "GREEN", RiskScore = 25 }, reply.Facts[0].Details);
    }

    [Theory]
    [InlineData("Refused", "2", "card_declined")]
    [InlineData("Refused", "6", "expired_card")]
    [InlineData("Refused", "12", "insufficient_funds")]
    [InlineData("Refused", "20", "fraud_suspected")]
    [InlineData("Refused", "38", "authentication_required")]
    [InlineData("Refused", "9", "processing_error")]
    [InlineData("Refused", "4711", "card_declined")]
    [InlineData("Cancelled", null, "card_declined")]
    [InlineData("Error", null, "processing_error")]
    public async Task A_decline_is_definite_and_says_why(string resultCode, string? reasonCode, string code)
    {
        await using var adyen = await StartAsync(200, Result(resultCode, root =>
        {
            root["refusalReason"] = "Why";
            if (reasonCode is not null) root["refusalReasonCode"] = reasonCode;
            root["additionalData"] = new JsonObject
            {
                ["refusalReasonRaw"] = "51 : Insufficient", ["merchantAdviceCode"] = "02 : Try again later",
            };
        }));
        var reply = await adyen.Client.CreateAsync(Create(), default);

        Assert.Equal(GatewayOutcome.Declined, reply.Outcome);
        Assert.Equal(
            new GatewayFailure(code, reasonCode ?? resultCode, "51 : Insufficient", "Why", "51 : Insufficient", "02 : Try again later"),
            reply.Failure);
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.Failed, $"Failed:{Psp}"), (fact.Kind, fact.Key.Value));
        Assert.Equal(reply.Failure!.In(FactDetails.None), fact.Details);
        Assert.Single(adyen.Requests);
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Received")]
    public async Task What_is_pending_is_processing(string resultCode)
    {
        await using var adyen = await StartAsync(200, Result(resultCode));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal([FactKind.Processing], reply.Facts.Select(fact => fact.Kind));
    }

    [Fact]
    public async Task A_redirect_sends_the_payer_there()
    {
        await using var adyen = await StartAsync(200, Result("RedirectShopper", root => root["action"] = new JsonObject
        {
            ["type"] = "redirect", ["method"] = "GET", ["url"] = "https://issuer.example/3ds?a=1", ["paymentMethodType"] = "scheme",
        }));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal(("redirect", "https://issuer.example/3ds?a=1"), (reply.NextAction!.Type, reply.NextAction.Url));
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.RequiresAction, Psp, "redirect"), (fact.Kind, fact.Reference, fact.Details.NextActionType));
    }

    [Theory]
    [InlineData("IdentifyShopper")]
    [InlineData("ChallengeShopper")]
    public async Task A_3DS_step_is_for_the_client_library_and_may_come_before_Adyen_names_the_payment(string resultCode)
    {
        await using var adyen = await StartAsync(200, $$$"""
            {"resultCode":"{{{resultCode}}}","action":{"type":"threeDS2","subtype":"fingerprint","token":"eyJ0","paymentData":"Ab02"} }
            """);
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Null(reply.GatewayPaymentId);
        Assert.Equal("use_client_library", reply.NextAction!.Type);
        Assert.Contains("\"token\":\"eyJ0\"", reply.NextAction.Data, StringComparison.Ordinal);
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((PaymentId, $"RequiresAction:{PaymentId}", false), (fact.Reference, fact.Key.Value, fact.FoundsPayment));
    }

    [Theory]
    [InlineData("""{"type":"voucher"}""", "PresentToShopper")]
    [InlineData("""{"type":"await","paymentData":"x"}""", "Pending")]
    [InlineData("""{"type":"redirect","method":"POST","url":"https://issuer.example","data":{"MD":"x"}}""", "RedirectShopper")]
    [InlineData("""{"type":"redirect","method":"GET","url":"javascript:alert(1)"}""", "RedirectShopper")]
    public async Task Every_other_action_is_for_the_client_library(string action, string resultCode)
    {
        await using var adyen = await StartAsync(200, Result(resultCode, root => root["action"] = JsonNode.Parse(action)));
        var reply = await adyen.Client.CreateAsync(Create(), default);
        Assert.Equal(("use_client_library", null), (reply.NextAction!.Type, reply.NextAction.Url));
        Assert.Equal([FactKind.RequiresAction], reply.Facts.Select(fact => fact.Kind));
    }

    [Theory]
    [InlineData(true, "CardOnFile")]
    [InlineData(false, "UnscheduledCardOnFile")]
    public async Task A_stored_method_pays_by_its_id_and_for_its_user(bool payerIsPresent, string model)
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        await adyen.Client.CreateAsync(Create("7219687191761347") with { TokenIsStored = true, PayerIsPresent = payerIsPresent }, default);
        var body = adyen.Body();
        Assert.Equal("7219687191761347", body.At("paymentMethod").Text("storedPaymentMethodId"));
        Assert.Equal("user-1", body.Text("shopperReference"));
        Assert.Equal("ContAuth", body.Text("shopperInteraction"));
        Assert.Equal(model, body.Text("recurringProcessingModel"));
    }

    [Fact]
    public async Task A_new_card_is_kept_when_the_payer_wants_it()
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        await adyen.Client.CreateAsync(Create() with { SaveMethod = true }, default);
        Assert.True(adyen.Body().Flag("storePaymentMethod"));
        Assert.Equal("CardOnFile", adyen.Body().Text("recurringProcessingModel"));
    }

    [Fact]
    public async Task Amounts_are_written_with_the_decimals_of_Adyen()
    {
        Currencies.TryGet("CLP", out var peso);
        await using var adyen = await StartAsync(200, Result("Authorised", root =>
            root["amount"] = new JsonObject { ["currency"] = "CLP", ["value"] = 500000 }));
        var reply = await adyen.Client.CreateAsync(Create() with { Amount = new Money(5000, peso) }, default);
        Assert.Equal(500000, adyen.Body().At("amount").Integer("value"));
        Assert.Equal(new Money(5000, peso), reply.Facts[0].Amount);
    }

    [Fact]
    public async Task An_amount_that_Adyen_cannot_be_told_is_refused_and_not_sent()
    {
        Currencies.TryGet("IDR", out var rupiah);
        await using var adyen = await StartAsync(200, Result("Authorised"));
        var reply = await adyen.Client.CreateAsync(Create() with { Amount = new Money(1050, rupiah) }, default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(adyen.Requests);
    }

    [Fact]
    public async Task Nothing_is_sent_until_a_payment_with_a_token_is_confirmed()
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        var created = await adyen.Client.CreateAsync(Create() with { Confirm = false }, default);
        Assert.Equal([FactKind.RequiresConfirmation], created.Facts.Select(fact => fact.Kind));
        Assert.Empty(adyen.Requests);

        var confirmed = await adyen.Client.ConfirmAsync(Confirm() with { Token = Card, GatewayPaymentId = null }, default);
        Assert.Equal([FactKind.Authorized], confirmed.Facts.Select(fact => fact.Kind));
        Assert.Equal("POST /v72/payments", Assert.Single(adyen.Requests).ToString());
        Assert.Equal(OperationId, adyen.Requests[0].Headers["Idempotency-Key"]);
        Assert.Equal(PaymentId, adyen.Body().Text("reference"));
    }

    [Fact]
    public async Task A_payment_without_a_return_address_is_refused_unless_the_account_has_one()
    {
        await using var without = await StartAsync(200, Result("Authorised"));
        var refused = await without.Client.CreateAsync(Create() with { ReturnUrl = null }, default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (refused.Outcome, refused.Failure!.Code));

        await using var with = await StartAsync(200, Result("Authorised"), ("ReturnUrl", "https://shop.example/all"));
        Assert.Equal(GatewayOutcome.Accepted, (await with.Client.CreateAsync(Create() with { ReturnUrl = null }, default)).Outcome);
        Assert.Equal("https://shop.example/all", with.Body().Text("returnUrl"));
    }

    [Theory]
    [InlineData("""{"type":"scheme","number":"4111111111111111","expiryMonth":"03","expiryYear":"2030","cvc":"737"}""")]
    [InlineData("""{"type":"scheme","encryptedCardNumber":"x","cvc":"737"}""")]
    [InlineData("""{"type":"scheme","holderName":"4111 1111 1111 1111"}""")]
    [InlineData("""{"type":"scheme","a":{"b":["5555-4444-3333-1111"]}}""")]
    [InlineData("""{"type":"scheme","Number":"x"}""")]
    [InlineData("""{"type":"scheme","brand":4111111111111111}""")]
    [InlineData("""{"type":"scheme","type":"klarna"}""")]
    [InlineData("""{"type":"scheme"}x""")]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("../payments")]
    public async Task A_card_number_in_the_clear_or_a_token_that_is_none_goes_nowhere(string token)
    {
        await using var adyen = await StartAsync(200, Result("Authorised"));
        var reply = await adyen.Client.CreateAsync(Create(token), default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (reply.Outcome, reply.Failure!.Code));
        Assert.DoesNotContain("1111", reply.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(adyen.Requests);
    }
}
