using PaymentPipeline.Core.Payments;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Stripe.StripeUnderTest;

namespace PaymentPipeline.Gateways.Tests.Stripe;

/// <summary>The envelope, and what cannot be understood.</summary>
public sealed class StripeReadingTests
{
    private const string Intent =
        """{"id":"pi_1","object":"payment_intent","status":"succeeded","amount":1000,"amount_received":1000,"currency":"eur"}""";

    [Fact]
    public void H20_another_body_under_the_same_id_has_another_content_hash()
    {
        var one = Read(Event("payment_intent.succeeded", Intent));
        var other = Read(Event("payment_intent.succeeded", Intent.Replace("1000", "1001", StringComparison.Ordinal)));
        Assert.Equal(one.Key, other.Key);
        Assert.NotEqual(one.ContentHash, other.ContentHash);
    }

    [Fact]
    public void A_retry_that_differs_in_the_envelope_only_has_the_same_content_hash()
    {
        var body = Event("payment_intent.succeeded", Intent);
        var retry = body.Replace("\"pending_webhooks\":1", "\"pending_webhooks\":0", StringComparison.Ordinal);
        Assert.NotEqual(body, retry);
        Assert.Equal(Read(body).ContentHash, Read(retry).ContentHash);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public void H22_an_event_of_the_other_mode_is_kept_and_ignored(string? ours, bool ignored)
    {
        var read = ours is null
            ? Read(Event("payment_intent.succeeded", Intent))
            : Read(Event("payment_intent.succeeded", Intent), ("LiveMode", ours));
        Assert.Equal(ignored, read.Ignored);
        Assert.Equal(ignored, read.Facts.Count == 0);
        Assert.Equal(ignored, read.IgnoredReason is not null);
    }

    [Fact]
    public void H23_a_thin_event_is_an_event_without_facts()
    {
        var read = Read("""
            {"id":"evt_thin","object":"v2.core.event","type":"v2.core.account.updated","created":"2026-11-02T10:00:00.000Z",
             "livemode":false,"related_object":{"id":"acct_1","type":"v2.core.account","url":"/v2/core/accounts/acct_1"}}
            """);
        Assert.Equal(("evt_thin", "v2.core.account.updated", 0), (read.Key, read.Type, read.Facts.Count));
    }

    [Theory]
    [InlineData("customer.created", """{"id":"cus_1","object":"customer"}""")]
    [InlineData("invented.tomorrow", """{"id":"x"}""")]
    [InlineData("setup_intent.succeeded", """{"id":"seti_1","object":"setup_intent","status":"succeeded","metadata":{"order_id":"o"}}""")]
    public void H24_an_unknown_type_is_an_event_without_facts(string type, string data) => Assert.Empty(Facts(type, data));

    [Fact]
    public void H24_an_unknown_status_or_api_version_does_not_throw()
    {
        var invented = Intent.Replace("succeeded\"", "invented\"", StringComparison.Ordinal);
        Assert.Equal(FactKind.Noted, OneFact("payment_intent.invented", invented).Kind);
        var newer = Event("payment_intent.succeeded", Intent).Replace("2026-10-28.endive", "2099-01-01.x", StringComparison.Ordinal);
        Assert.Single(Read(newer).Facts);
    }

    [Fact]
    public void H25_an_event_of_another_connected_account_is_unreadable()
    {
        var body = Event("payment_intent.succeeded", Intent, "\"account\":\"acct_theirs\",");
        Unreadable(body);
        Unreadable(body, ("AccountId", "acct_ours"));
        Assert.Single(Read(body, ("AccountId", "acct_theirs")).Facts);
    }

    [Theory]
    [InlineData("payment_intent.succeeded", """{"id":"ch_1","object":"charge"}""")]
    [InlineData("charge.succeeded", """{"id":"pi_1","object":"payment_intent"}""")]
    [InlineData("payment_intent.succeeded", "7")]
    [InlineData("payment_intent.succeeded", "null")]
    public void A_type_that_does_not_fit_its_object_is_unreadable(string type, string data) => Unreadable(Event(type, data));

    [Theory]
    [InlineData("\"amount\":1000,\"amount\":9")]
    [InlineData("\"amount\":1000,\"Amount\":9")]
    [InlineData("\"amount\":1000,\"Currency\":\"usd\"")]
    [InlineData("\"amount\":1000,\"\\u0041mount\":9")]
    [InlineData("\"amount\":1000,\"AMOUNT\":9,\"\u00e4mount\":9")]
    public void H86_H87_a_member_twice_or_in_two_spellings_is_unreadable(string amount) => Unreadable(WithAmount(amount));

    [Theory]
    [InlineData("1e3")]
    [InlineData("1E2")]
    [InlineData("1e400")]
    [InlineData("10.00")]
    [InlineData("10.5")]
    [InlineData("0100")]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("\"100\"")]
    [InlineData("9223372036854775808")]
    [InlineData("NaN")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("null")]
    public void H38_H90_H91_an_amount_that_is_no_plain_whole_number_is_unreadable(string amount) =>
        Unreadable(WithAmount($"\"amount\":{amount}"));

    [Theory]
    [InlineData("usd ")]
    [InlineData("xxq")]
    [InlineData("")]
    public void An_unknown_currency_is_unreadable(string currency) =>
        Unreadable(Event("payment_intent.succeeded", Intent.Replace("eur", currency, StringComparison.Ordinal)));

    [Fact]
    public void H88_depth_beyond_64_is_unreadable()
    {
        Unreadable(Event("customer.created", new string('[', 70) + new string(']', 70)));
        Unreadable(Event("customer.created", new string('[', 100_000) + new string(']', 100_000)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("\"evt_1\"")]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_1","object":"event"}""")]
    [InlineData("""{"id":"","object":"event","type":"customer.created","created":1}""")]
    [InlineData("""{"id":7,"object":"event","type":"customer.created","created":1}""")]
    [InlineData("""{"id":"evt_1","object":"charge","type":"customer.created","created":1}""")]
    [InlineData("""{"id":"evt_1","object":"event","type":"customer.created","created":-1}""")]
    [InlineData("{\"id\":\"evt_\\u0000\",\"object\":\"event\",\"type\":\"customer.created\",\"created\":1}")]
    [InlineData("{\"id\":\"evt_\\ud800\",\"object\":\"event\",\"type\":\"customer.created\",\"created\":1}")]
    [InlineData("{\"\\ud800\":1}")]
    public void H94_an_envelope_without_what_it_needs_is_unreadable(string body) => Unreadable(body);

    [Theory]
    [InlineData(" {}")]
    [InlineData("x")]
    [InlineData(" // comment")]
    public void H92_anything_after_the_document_is_unreadable(string after) => Unreadable(Event("customer.created", "{}") + after);

    [Fact]
    public void H84_a_byte_order_mark_is_unreadable() => Unreadable("\uFEFF" + Event("customer.created", "{}"));

    private static string WithAmount(string amount) =>
        Event("payment_intent.succeeded", Intent.Replace("\"amount\":1000", amount, StringComparison.Ordinal));

    private static void Unreadable(string body, params (string Name, string Value)[] settings)
    {
        var problem = Assert.Throws<UnreadableWebhookException>(() => Read(body, settings));
        Assert.DoesNotContain("pi_1", problem.Message, StringComparison.Ordinal);
    }
}
