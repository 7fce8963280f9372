using System.Net;
using System.Text.Json;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>Why a payment was declined and what was checked of the payer, at the simulator's three gateways: told once, shown later.</summary>
public sealed class DeclineTests(SimulatorFixture sim) : IClassFixture<SimulatorFixture>
{
    [Theory]
    [InlineData("stripe", "card_declined", "generic_decline")]
    [InlineData("stripe", "insufficient_funds", "insufficient_funds")]
    [InlineData("stripe", "expired_card", "expired_card")]
    [InlineData("stripe", "fraud_suspected", "lost_card")]
    [InlineData("adyen", "card_declined", "\"DECLINED\"")]
    [InlineData("adyen", "insufficient_funds", "\"NOT_ENOUGH_BALANCE\"")]
    [InlineData("paypal", "card_declined", "B-DECLINED")]
    public async Task A_decline_is_shown_later_as_the_answer_told_it(string gateway, string code, string card)
    {
        var order = $"decline-{gateway}-{card.Trim('"')}";
        var declined = await PayAsync(gateway, order, TokenOf(gateway, card));

        Assert.True(declined.Status == HttpStatusCode.PaymentRequired, declined.Body);
        var (failure, payment) = (declined.Json.GetProperty("failure"), declined.Json.GetProperty("payment"));
        Assert.Equal(code, Text(failure, "code"));
        Assert.NotNull(Text(failure, "gatewayCode"));
        Assert.Equal(failure.GetRawText(), payment.GetProperty("failure").GetRawText());

        var shown = (await sim.Server.GetAsync("/v1/payments/" + Text(payment, "paymentId"))).Json;
        Assert.Equal(payment.GetProperty("status").GetString(), Text(shown, "status"));
        Assert.Equal(failure.GetRawText(), shown.GetProperty("failure").GetRawText());
        var listed = (await sim.Server.GetAsync($"/v1/payments?orderId={order}")).Json.GetProperty("items")[0];
        Assert.Equal(failure.GetRawText(), listed.GetProperty("failure").GetRawText());
    }

    [Theory]
    [InlineData("stripe", "insufficient_funds", "51", "try_again_later")]
    [InlineData("adyen", "\"DECLINED\"", "05 : Do not honor", null)]
    public async Task The_networks_own_words_are_kept(string gateway, string card, string networkCode, string? advice)
    {
        var declined = await PayAsync(gateway, "order-1", TokenOf(gateway, card));

        var shown = await ShownAsync(declined);
        Assert.Equal((networkCode, advice), (Text(shown.GetProperty("failure"), "networkCode"), Text(shown.GetProperty("failure"), "adviceCode")));
        Assert.NotNull(Text(shown.GetProperty("checks"), "cvv"));
    }

    [Fact]
    public async Task What_PayPals_processor_said_of_a_stored_card_is_kept()
    {
        var saved = await sim.PostAsync(
            "/v1/payment-methods", """{"userId":"poor","gateway":"paypal","token":"SETUP-CCREJECT-IF"}""");
        Assert.True(saved.Status == HttpStatusCode.Created, saved.Body);
        var declined = await sim.PostAsync("/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = "order-1", amount = 1000, currency = "EUR", userId = "poor", confirm = true,
            paymentMethodId = Text(saved.Json, "paymentMethodId"),
        }));
        Assert.True(declined.Status == HttpStatusCode.PaymentRequired, declined.Body);

        var shown = await ShownAsync(declined);
        var failure = shown.GetProperty("failure");
        Assert.Equal(declined.Json.GetProperty("failure").GetRawText(), failure.GetRawText());
        Assert.Equal(("insufficient_funds", "5120", "02"), (Text(failure, "code"), Text(failure, "networkCode"), Text(failure, "adviceCode")));
        Assert.Equal(("Y", "M"), (Text(shown.GetProperty("checks"), "avs"), Text(shown.GetProperty("checks"), "cvv")));
    }

    [Fact]
    public async Task A_payment_that_was_paid_after_all_shows_its_checks_and_no_failure()
    {
        var declined = await PayAsync("stripe", "order-1", TokenOf("stripe", "insufficient_funds"));
        var id = Text(declined.Json.GetProperty("payment"), "paymentId");

        var paid = await sim.PostAsync($"/v1/payments/{id}/confirm", """{"token":"pm_card_visa","returnUrl":"https://shop.example/back"}""");

        Assert.True(paid.Status == HttpStatusCode.OK, paid.Body);
        var shown = await ShownAsync(declined);
        Assert.False(shown.TryGetProperty("failure", out _));
        Assert.Equal("normal", Text(shown.GetProperty("checks"), "riskLevel"));
    }

    [Fact]
    public async Task A_payment_that_is_given_up_after_a_decline_still_says_why()
    {
        var declined = await PayAsync("stripe", "order-1", TokenOf("stripe", "insufficient_funds"));
        var id = Text(declined.Json.GetProperty("payment"), "paymentId");

        var cancelled = await sim.PostAsync($"/v1/payments/{id}/cancel", "{}");

        Assert.Equal((HttpStatusCode.OK, "CANCELED"), (cancelled.Status, Text(cancelled.Json, "status")));
        Assert.Equal(declined.Json.GetProperty("failure").GetRawText(), (await ShownAsync(declined)).GetProperty("failure").GetRawText());
    }

    private async Task<ApiAnswer> PayAsync(string gateway, string order, string token)
    {
        await sim.KnobsAsync("{}");
        return await sim.PostAsync("/v1/payments", JsonSerializer.Serialize(new
        {
            orderId = order, amount = 1000, currency = "EUR", gateway, token, confirm = true, returnUrl = "https://shop.example/back",
        }));
    }

    private async Task<JsonElement> ShownAsync(ApiAnswer declined) =>
        (await sim.Server.GetAsync("/v1/payments/" + Text(declined.Json.GetProperty("payment"), "paymentId"))).Json;

    /// <summary>The first test token that is declined and has the text in it, or stands for that decline.</summary>
    private string TokenOf(string gateway, string card) => sim.TestTokens.GetProperty(gateway).EnumerateArray()
        .Where(token => Text(token, "outcome") == "declined").First(token => Text(token, "token")!.Contains(card, StringComparison.Ordinal) || Text(token, "detail") == card)
        .GetProperty("token").GetString()!;

    private static string? Text(JsonElement json, string member) =>
        json.TryGetProperty(member, out var value) ? value.GetString() : null;
}
