using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenClientUnderTest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

public sealed class AdyenMethodTests
{
    private const string Stored = """
        {"expiryMonth":"03","expiryYear":"2030","id":"KHQC5N7G84BLNK43","lastFour":"1111","shopperReference":"user-1","type":"scheme",
         "brand":"visa"}
        """;

    [Fact]
    public async Task A_card_is_stored_for_its_user()
    {
        await using var adyen = await StartAsync(201, Stored);
        var reply = await adyen.Client.SaveMethodAsync(Save("""
            {"type":"scheme","encryptedCardNumber":"test_4111111111111111","encryptedExpiryMonth":"test_03",
             "encryptedExpiryYear":"test_2030","encryptedSecurityCode":"test_737","checkoutAttemptId":"page"}
            """), default);

        Assert.Equal((GatewayOutcome.Accepted, "KHQC5N7G84BLNK43"), (reply.Outcome, reply.GatewayReference));
        AssertVisa(Assert.Single(reply.Facts));
        var request = Assert.Single(adyen.Requests);
        Assert.Equal("POST /v72/storedPaymentMethods", request.ToString());
        Assert.Equal(OperationId, request.Headers["Idempotency-Key"]);
        Assert.Equal("user-1", adyen.Body().Text("shopperReference"));
        Assert.False(adyen.Body().At("paymentMethod").At("checkoutAttemptId").Exists());
    }

    [Fact]
    public async Task Without_a_token_a_set_up_with_the_payer_begins_in_which_nothing_is_paid()
    {
        await using var adyen = await StartAsync(201, $$"""
            {"id":"CS1","sessionData":"Ab02","amount":{"currency":"USD","value":0},"reference":"{{OperationId}}",
             "merchantAccount":"ExampleShopECOM","returnUrl":"https://shop.example/back","expiresAt":"2026-11-21T18:00:00+01:00"}
            """, ("SetUpCurrency", "USD"));
        var reply = await adyen.Client.SaveMethodAsync(Save(token: null) with { ReturnUrl = "https://shop.example/back" }, default);
        Assert.Equal(("Ab02", "use_client_library"), (reply.ClientSecret, reply.NextAction!.Type));
        Assert.Empty(reply.Facts);
        Assert.Equal((0, "USD"), (adyen.Body().At("amount").Integer("value"), adyen.Body().At("amount").Text("currency")));
        Assert.Equal("enabled", adyen.Body().Text("storePaymentMethodMode"));
    }

    [Fact]
    public async Task The_methods_of_a_user_are_listed()
    {
        await using var adyen = await StartAsync(200, $$"""
            {"merchantAccount":"ExampleShopECOM","shopperReference":"user-1","storedPaymentMethods":[{{Stored}},
             {"id":"2","type":"sepadirectdebit","expiryYear":"30","createdAt":"2026-01-02T03:04:05+00:00"}]}
            """);
        var reply = await adyen.Client.ListMethodsAsync(new ListMethodsCall("default", "user-1", null), default);
        Assert.Equal(2, reply.Facts.Count);
        AssertVisa(reply.Facts[0]);
        Assert.Equal(("2", "user-1", 2030), (reply.Facts[1].Reference, reply.Facts[1].UserId, reply.Facts[1].Details.ExpiryYear));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), reply.Facts[1].OccurredAt);
        Assert.Equal("?merchantAccount=ExampleShopECOM&shopperReference=user-1", Assert.Single(adyen.Requests).Query);
    }

    [Fact]
    public async Task A_user_without_methods_has_none()
    {
        await using var adyen = await StartAsync(200, """{"merchantAccount":"ExampleShopECOM","shopperReference":"user-1"}""");
        var reply = await adyen.Client.ListMethodsAsync(new ListMethodsCall("default", "user-1", null), default);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Empty(reply.Facts);
    }

    [Theory]
    [InlineData("""{"shopperReference":"user-2","storedPaymentMethods":[]}""")]
    [InlineData("""{"shopperReference":"user-1","storedPaymentMethods":[{"id":"1","shopperReference":"user-2"}]}""")]
    public async Task The_methods_of_another_are_never_taken_for_the_users(string answer)
    {
        await using var adyen = await StartAsync(200, answer);
        var reply = await adyen.Client.ListMethodsAsync(new ListMethodsCall("default", "user-1", null), default);
        Assert.Equal((GatewayOutcome.Unknown, "mismatched_reply"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(reply.Facts);
    }

    [Fact]
    public async Task A_method_is_removed()
    {
        await using var adyen = await StartAsync((context, _, _) =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        });
        var reply = await adyen.Client.DetachMethodAsync(Detach("84/15?x"), default);
        var fact = Assert.Single(reply.Facts);
        Assert.Equal((FactKind.PaymentMethodDetached, "84/15?x", "user-1"), (fact.Kind, fact.Reference, fact.UserId));
        Assert.Equal("DELETE /v72/storedPaymentMethods/84%2F15%3Fx", Assert.Single(adyen.Requests).ToString());
    }

    [Fact]
    public async Task A_method_that_Adyen_does_not_know_is_not_found_unless_we_removed_it_ourselves_just_now()
    {
        const string Unknown = """{"status":422,"errorCode":"803","message":"PaymentDetail not found","errorType":"validation"}""";
        await using var first = await StartAsync(422, Unknown);
        var reply = await first.Client.DetachMethodAsync(Detach("8415"), default);
        Assert.Equal((GatewayOutcome.Refused, "not_found"), (reply.Outcome, reply.Failure!.Code));

        await using var again = await StartAsync((context, _, number) => number == 1
            ? Http.Answers.AnswerAsync(context, 500, "{}")
            : Http.Answers.AnswerAsync(context, 422, Unknown));
        reply = await again.Client.DetachMethodAsync(Detach("8415"), default);
        Assert.Equal(GatewayOutcome.Accepted, reply.Outcome);
        Assert.Equal([FactKind.PaymentMethodDetached], reply.Facts.Select(fact => fact.Kind));
    }

    [Theory]
    [InlineData("{\"type\":\"scheme\",\"number\":\"4111111111111111\"}", "user-1")]
    [InlineData("8415", "user-1")]
    [InlineData("{\"type\":\"scheme\"}", "u1")]
    public async Task What_cannot_be_stored_is_not_sent(string token, string userId)
    {
        await using var adyen = await StartAsync(201, Stored);
        var reply = await adyen.Client.SaveMethodAsync(Save(token) with { UserId = userId }, default);
        Assert.Equal((GatewayOutcome.Refused, "invalid_request"), (reply.Outcome, reply.Failure!.Code));
        Assert.Empty(adyen.Requests);
    }

    private static SaveMethodCall Save(string? token) => new() { Account = "default", Key = OperationId, UserId = "user-1", Token = token };

    private static DetachMethodCall Detach(string token) =>
        new() { Account = "default", Key = OperationId, UserId = "user-1", Token = token };

    private static void AssertVisa(Fact fact)
    {
        Assert.Equal((FactKind.PaymentMethodAttached, "KHQC5N7G84BLNK43", "user-1"), (fact.Kind, fact.Reference, fact.UserId));
        Assert.Equal(
            new FactDetails { Brand = "visa", Last4 = "1111", ExpiryMonth = 3, ExpiryYear = 2030 }, fact.Details);
    }
}
