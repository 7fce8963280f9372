using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>What ingress learns of a signed body: the event's id and what keeps a payment's events together.</summary>
public sealed class StripeKeysTests
{
    [Theory]
    [InlineData("""{"id":"evt_1","data":{"object":{"id":"pi_1","object":"payment_intent"}}}""", "evt_1", "pi_1")]
    [InlineData("""{"data":{"object":{"payment_intent":"pi_1","id":"ch_1"}},"id":"evt_1"}""", "evt_1", "pi_1")]
    [InlineData("""{"id":"evt_1","data":{"object":{"id":"ch_1","payment_intent":null}}}""", "evt_1", "ch_1")]
    [InlineData("""{"id":"evt_1","data":{"object":{"id":"re_1","charge":"ch_1","payment_intent":null}}}""", "evt_1", "ch_1")]
    [InlineData("""{"id":"evt_1","data":{"object":{"id":"po_1"}}}""", "evt_1", "po_1")]
    [InlineData("""{"id":"evt_1","data":{"object":{"source":{"id":"src_1","payment_intent":"pi_9"},"id":"ch_1"}}}""", "evt_1", "ch_1")]
    [InlineData("""{"id":"evt_1","data":{"previous_attributes":{"id":"x"},"object":[{"id":"pi_1"}]}}""", "evt_1", "evt_1")]
    [InlineData("""{"id":"evt_1","data":7}""", "evt_1", "evt_1")]
    [InlineData("""{"id":"evt_1"}""", "evt_1", "evt_1")]
    public async Task The_keys_are_found_wherever_they_stand(string body, string eventKey, string partitionKey)
    {
        var verdict = await JudgeAsync(body, $"t={T},v1={Mac(body)}");
        Assert.Equal((eventKey, partitionKey), (verdict.EventKey, verdict.PartitionKey));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("not json")]
    [InlineData("""{"id":7}""")]
    [InlineData("""{"id":{"id":"evt_1"}}""")]
    [InlineData("{\"id\":\"evt_1\\u0000\"}")]
    [InlineData("{\"id\":\"\\ud800\"}")]
    [InlineData("\uFEFF{\"id\":\"evt_1\"}")]
    public async Task H84_H94_a_signed_body_without_a_readable_id_is_accepted_under_its_own_hash(string body)
    {
        var verdict = await JudgeAsync(body, $"t={T},v1={Mac(body)}");
        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal("", verdict.EventKey);
        Assert.StartsWith("body-", verdict.PartitionKey, StringComparison.Ordinal);
        Assert.Equal(verdict, await JudgeAsync(body, $"t={T},v1={Mac(body)}"));
    }

    [Fact]
    public async Task H88_a_signed_body_of_any_depth_is_accepted()
    {
        var body = "{\"id\":\"evt_1\",\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}";
        var verdict = await JudgeAsync(body, $"t={T},v1={Mac(body)}");
        Assert.Equal((WebhookVerdictKind.Authentic, ""), (verdict.Kind, verdict.EventKey));
    }
}
