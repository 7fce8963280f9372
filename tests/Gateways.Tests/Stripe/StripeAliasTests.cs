using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>F33: an event that overtakes the API's reply finds our payment by the id that the API gave along.</summary>
public sealed class StripeAliasTests
{
    private const string Ours = "pay_0199f0a2b3c4d5e6f708192a3b4c5d6e";

    [Theory]
    [InlineData("payment_intent.succeeded", "payment_intent", "pi_1", "succeeded")]
    [InlineData("payment_intent.payment_failed", "payment_intent", "pi_1", "requires_payment_method")]
    [InlineData("charge.succeeded", "charge", "ch_1", "succeeded")]
    [InlineData("refund.created", "refund", "re_1", "pending")]
    public void F33_our_payment_id_is_an_alias(string type, string kind, string id, string status)
    {
        var fact = OneFact(type, Told(kind, id, status, Ours));

        Assert.Equal("pi_1", fact.Reference);
        Assert.Contains(Ours, fact.Aliases);
    }

    [Theory]
    [InlineData("pay_1"), InlineData("0199f0a2b3c4d5e6f708192a3b4c5d6e"), InlineData("pay_0199f0a2b3c4d5e6f708192a3b4c5d6g")]
    [InlineData("pi_2"), InlineData(""), InlineData("pay_0199f0a2b3c4d5e6f708192a3b4c5d6e ")]
    public void F33_what_is_no_payment_id_is_no_alias(string text)
    {
        var fact = OneFact("payment_intent.processing", Told("payment_intent", "pi_1", "processing", text));

        Assert.Equal(["pi_1"], fact.Aliases);
    }

    private static string Told(string kind, string id, string status, string paymentId) => $$"""
        {"object":"{{kind}}","id":"{{id}}","payment_intent":"pi_1","status":"{{status}}","amount":1,"amount_received":1,"captured":true,
         "currency":"usd","metadata":{"payment_id":"{{paymentId}}"} }
        """;
}
