using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.Gateways.PayPal;
using Xunit;
using static PaymentPipeline.Gateways.Tests.PayPal.PayPalFixture;

namespace PaymentPipeline.Gateways.Tests.PayPal;

public sealed class PayPalSignatureTests : IDisposable
{
    private static readonly PayPalLeaf Leaf = PayPalAuthority.Shared.Leaf();
    private readonly PayPalFixture _paypal = new();

    public PayPalSignatureTests() => _paypal.Web.Documents[Address] = Leaf.Pem;

    public void Dispose() => _paypal.Dispose();

    [Fact]
    public async Task A_signed_delivery_is_authentic_and_names_its_event_and_itself()
    {
        var verdict = await _paypal.Deliver(Leaf);
        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal("WH-1", verdict.EventKey);
        Assert.Equal("CAP1", verdict.PartitionKey);
        Assert.Equal("T-1", verdict.DeliveryId);
    }

    [Theory]
    [InlineData("PAYPAL-TRANSMISSION-ID")]
    [InlineData("PAYPAL-TRANSMISSION-TIME")]
    [InlineData("PAYPAL-TRANSMISSION-SIG")]
    [InlineData("PAYPAL-CERT-URL")]
    [InlineData("PAYPAL-AUTH-ALGO")]
    public async Task A_header_that_is_missing_empty_or_there_twice_is_not_authentic(string name)
    {
        var headers = Headers();
        var one = headers.Single(header => header.Name == name);
        await RefusedUnread([.. headers.Where(header => header != one)]);
        await RefusedUnread([.. headers, one]);
        await RefusedUnread([.. headers.Select(header => header == one ? (name, "") : header)]);
        await RefusedUnread([.. headers.Select(header => header == one ? (name, one.Value + "\u00e9") : header)]);
    }

    [Theory]
    [InlineData("MD5withRSA")]
    [InlineData("SHA1withRSA")]
    [InlineData("none")]
    [InlineData("sha256withrsa")]
    [InlineData("SHA256withRSA ")]
    public async Task H57_any_other_algorithm_is_not_authentic(string algorithm) =>
        await RefusedUnread(With("PAYPAL-AUTH-ALGO", algorithm));

    [Theory]
    [InlineData("%%%not-base64%%%")]
    [InlineData("abc")]
    public async Task A_signature_that_is_not_base64_is_not_authentic(string signature) =>
        await RefusedUnread(With("PAYPAL-TRANSMISSION-SIG", signature));

    [Fact]
    public async Task H58_the_webhook_id_of_another_endpoint_is_not_authentic()
    {
        var verdict = await _paypal.Send(Leaf.Headers(Encoding.UTF8.GetBytes(Body), Address, "OTHER"));
        Assert.Equal("signature_mismatch", verdict.Reason);
    }

    [Theory]
    [InlineData("PAYPAL-TRANSMISSION-ID", "T-2")]
    [InlineData("PAYPAL-TRANSMISSION-TIME", "2026-11-02T10:00:08Z")]
    public async Task A_signed_header_that_was_changed_is_not_authentic(string name, string value) =>
        Assert.Equal("signature_mismatch", (await _paypal.Send(With(name, value))).Reason);

    [Theory, InlineData("="), InlineData("=="), InlineData("===="), InlineData("AAAAA"), InlineData("A==="), InlineData("AA=A")]
    public async Task A_signature_that_is_no_base64_is_not_authentic(string signature) =>
        Assert.Equal("headers", (await _paypal.Send(With("PAYPAL-TRANSMISSION-SIG", signature))).Reason);

    [Fact]
    public async Task One_changed_byte_of_the_body_is_not_authentic()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        for (var i = 0; i < body.Length; i++)
        {
            var changed = (byte[])body.Clone();
            changed[i] ^= 1;
            Assert.Equal("signature_mismatch", (await _paypal.UnderTest.Verify(changed, Headers())).Reason);
        }
    }

    [Fact]
    public async Task Another_padding_is_not_authentic()
    {
        var crc = PayPalLeaf.Crc32(Encoding.UTF8.GetBytes(Body));
        var signed = Encoding.ASCII.GetBytes($"T-1|2026-11-02T10:00:07Z|{WebhookId}|{crc}");
        var signature = Leaf.Key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        Assert.Equal("signature_mismatch", (await _paypal.Send(With("PAYPAL-TRANSMISSION-SIG", Convert.ToBase64String(signature)))).Reason);
    }

    [Fact]
    public async Task H64_an_empty_body_is_malformed()
    {
        var verdict = await _paypal.UnderTest.Verify("", Leaf.Headers([], Address, WebhookId));
        Assert.Equal(WebhookVerdictKind.Malformed, verdict.Kind);
    }

    [Fact]
    public async Task A_signed_body_that_cannot_be_read_is_authentic_and_quarantined()
    {
        const string body = "{\"broken";
        var verdict = await _paypal.UnderTest.Verify(body, Leaf.Headers(Encoding.UTF8.GetBytes(body), Address, WebhookId));
        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal("", verdict.EventKey);
        Assert.StartsWith("body-", verdict.PartitionKey, StringComparison.Ordinal);
        Assert.Throws<UnreadableWebhookException>(() => _paypal.UnderTest.Read(body));
    }

    [Fact]
    public async Task H59_a_body_forged_to_the_same_CRC_shows_as_another_body_of_the_same_delivery()
    {
        var genuine = Encoding.UTF8.GetBytes(Payment("10.00", new string('0', 40)));
        var forged = CrcForgery.Forge(Payment("99.00", new string('0', 40)), PayPalLeaf.Crc32(genuine));
        var headers = Leaf.Headers(genuine, Address, WebhookId);
        var first = await _paypal.UnderTest.Verify(genuine, headers);
        var second = await _paypal.UnderTest.Verify(forged, headers);

        // PayPal's signature cannot tell them apart: the delivery id and the content must.
        Assert.Equal(WebhookVerdictKind.Authentic, second.Kind);
        Assert.Equal(first.DeliveryId, second.DeliveryId);
        Assert.NotEqual(
            Assert.Single(_paypal.UnderTest.Read(Encoding.UTF8.GetString(genuine))).ContentHash,
            Assert.Single(_paypal.UnderTest.Read(Encoding.UTF8.GetString(forged))).ContentHash);
    }

    [Fact]
    public void The_CRC_is_that_of_IEEE_802_3()
    {
        Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));
        Assert.Equal(0u, Crc32.Of([]));
        var bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        Assert.All(Enumerable.Range(0, 40).Append(bytes.Length), length =>
            Assert.Equal(PayPalLeaf.Crc32(bytes.AsSpan(0, length)), Crc32.Of(bytes.AsSpan(0, length))));
    }

    private static string Payment(string amount, string free) => $$$"""
        {"id":"WH-1","event_type":"PAYMENT.CAPTURE.COMPLETED","create_time":"2026-11-02T10:00:00Z","summary":"{{{free}}}","resource":
        {"id":"CAP1","status":"COMPLETED","amount":{"currency_code":"USD","value":"{{{amount}}}"} } }
        """;

    private static (string Name, string Value)[] Headers() => Leaf.Headers(Encoding.UTF8.GetBytes(Body), Address, WebhookId);

    private static (string Name, string Value)[] With(string name, string value) =>
        [.. Headers().Select(header => header.Name == name ? (name, value) : header)];

    private async Task RefusedUnread((string Name, string Value)[] headers)
    {
        var verdict = await _paypal.Send(headers);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, verdict.Kind);
        Assert.Equal(0, _paypal.Web.Fetches);
    }
}
