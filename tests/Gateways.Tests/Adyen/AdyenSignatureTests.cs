using System.Text;
using Xunit;
using static PaymentPipeline.Gateways.Tests.Adyen.AdyenRequest;

namespace PaymentPipeline.Gateways.Tests.Adyen;

public sealed class AdyenSignatureTests : IDisposable
{
    private readonly GatewayUnderTest _adyen = Gateway();

    public void Dispose() => _adyen.Dispose();

    [Fact]
    public async Task A_signed_item_is_authentic_and_names_its_event_and_payment()
    {
        var body = Body(Item("CAPTURE", psp: "CAP1", original: "PAY1"), Item("REFUND", psp: "REF1", original: "PAY1"));
        var verdict = await _adyen.Verify(body);
        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal("CAP1|CAPTURE|true", verdict.EventKey);
        Assert.Equal("PAY1", verdict.PartitionKey);
        Assert.Equal("secret-0", verdict.SecretId);
        Assert.Equal("[accepted]", Encoding.ASCII.GetString(_adyen.Gateway.Acknowledgement.Span));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task H29_H30_H31_an_item_without_a_signature_of_base64_is_not_authentic(string? signature)
    {
        var item = Item("AUTHORISATION");
        item["additionalData"]!["hmacSignature"] = signature;
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(Body(item))).Kind);
    }

    [Fact]
    public async Task H31_a_second_spelling_of_the_right_signature_is_not_authentic()
    {
        var item = Item("AUTHORISATION");
        var signature = (string)item["additionalData"]!["hmacSignature"]!;
        string[] others = [signature[..^1], signature + "=", " " + signature, signature.Insert(10, "\n"), signature[..^1] + "\n"];
        foreach (var other in others)
        {
            item["additionalData"]!["hmacSignature"] = other;
            Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(Body(item))).Kind);
        }
    }

    [Fact]
    public async Task H32_an_item_signed_with_another_key_is_not_authentic() =>
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(Body(Item("AUTHORISATION", key: OldKey)))).Kind);

    [Fact]
    public async Task An_old_key_counts_until_it_expires()
    {
        using var adyen = Gateway(("HmacKeys:1:Value", OldKey), ("HmacKeys:1:ExpiresAt", "2026-11-05T00:00:00Z"));
        var body = Body(Item("AUTHORISATION", key: OldKey));
        Assert.Equal("secret-1", (await adyen.Verify(body)).SecretId);
        adyen.Clock.Now = DateTimeOffset.Parse("2026-11-05T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await adyen.Verify(body)).Kind);
        Assert.Equal(WebhookVerdictKind.Authentic, (await adyen.Verify(Body(Item("AUTHORISATION")))).Kind);
    }

    [Theory]
    [InlineData("""{"live":"false","notificationItems":[]}""")]
    [InlineData("""{"live":"false"}""")]
    [InlineData("""{"live":"false","notificationItems":[{}]}""")]
    [InlineData("""{"live":"false","notificationItems":[{"NotificationRequestItem":[]}]}""")]
    [InlineData("""{"live":"false","notificationItems":{}}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("{")]
    [InlineData("")]
    public async Task H33_a_body_without_items_is_malformed(string body) =>
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(body)).Kind);

    [Fact]
    public async Task H34_ten_thousand_items_are_taken_and_one_more_is_too_many()
    {
        var item = Item("AUTHORISATION").ToJsonString();
        string Many(int count) =>
            "{\"notificationItems\":[" + string.Join(',', Enumerable.Repeat($$"""{"NotificationRequestItem":{{item}}}""", count)) + "]}";
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(Many(10_000))).Kind);
        Assert.Equal(WebhookVerdictKind.TooManyItems, (await _adyen.Verify(Many(10_001))).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task H35_one_forged_item_of_two_refuses_both(int forged)
    {
        var items = new[] { Item("AUTHORISATION"), Item("CAPTURE", psp: "CAP1", original: "PSP1") };
        items[forged]["amount"]!["value"] = 1;
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(Body(items))).Kind);
    }

    [Fact]
    public async Task H37_a_colon_moved_into_the_merchant_account_is_not_authentic()
    {
        var genuine = Item("AUTHORISATION", change: item => item["merchantReference"] = "evil:ord-1");
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(Body(genuine))).Kind);

        genuine["merchantAccountCode"] = Account + ":evil";
        genuine["merchantReference"] = "ord-1";
        Assert.Equal(Sign(genuine, Key), (string)genuine["additionalData"]!["hmacSignature"]!);
        var verdict = await _adyen.Verify(Body(genuine));
        Assert.Equal(WebhookVerdictKind.NotAuthentic, verdict.Kind);
        Assert.Equal("merchant_account", verdict.Reason);
    }

    [Fact]
    public async Task Each_of_several_merchant_accounts_is_ours()
    {
        using var adyen = Gateway(("MerchantAccount", $"Other , {Account}"));
        Assert.Equal(WebhookVerdictKind.Authentic, (await adyen.Verify(Body(Item("AUTHORISATION")))).Kind);
        var other = Item("AUTHORISATION", change: item => item["merchantAccountCode"] = "Other");
        Assert.Equal(WebhookVerdictKind.Authentic, (await adyen.Verify(Body(other))).Kind);
    }

    [Theory]
    [InlineData("10.5")]
    [InlineData("1e3")]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    [InlineData("true")]
    [InlineData("\"1.0\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"-1\"")]
    [InlineData("\"0100\"")]
    [InlineData("\"\"")]
    public async Task H38_a_value_that_is_no_whole_number_of_minor_units_is_malformed(string value)
    {
        var body = Body(Item("AUTHORISATION")).Replace("\"value\":1999", "\"value\":" + value, StringComparison.Ordinal);
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(body)).Kind);
    }

    [Fact]
    public async Task H38_a_whole_number_in_a_text_is_signed_as_that_number_since_Adyen_writes_it_so()
    {
        var body = Body(Item("AUTHORISATION")).Replace("\"value\":1999", "\"value\":\"1999\"", StringComparison.Ordinal);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(body)).Kind);
    }

    [Theory]
    [InlineData("\"TRUE\"")]
    [InlineData("\"yes\"")]
    [InlineData("1")]
    [InlineData("null")]
    public async Task H39_success_that_is_neither_true_nor_false_is_malformed(string success)
    {
        var body = Body(Item("AUTHORISATION")).Replace("\"success\":\"true\"", "\"success\":" + success, StringComparison.Ordinal);
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(body)).Kind);
    }

    [Fact]
    public async Task H40_basic_authentication_is_asked_before_the_signature()
    {
        using var adyen = Gateway(("BasicAuthUser", "shop"), ("BasicAuthPassword", "pass:word"));
        var body = Body(Item("AUTHORISATION"));
        var right = "Basic " + Convert.ToBase64String("shop:pass:word"u8);
        Assert.Equal(WebhookVerdictKind.Authentic, (await adyen.Verify(body, ("Authorization", right))).Kind);
        Assert.Equal("basic_auth", (await adyen.Verify(body)).Reason);
        Assert.Equal("basic_auth", (await adyen.Verify(body, ("Authorization", right), ("Authorization", right))).Reason);
        var wrong = "Basic " + Convert.ToBase64String("shop:pass"u8);
        Assert.Equal("basic_auth", (await adyen.Verify(body, ("Authorization", wrong))).Reason);
        Assert.Equal("basic_auth", (await adyen.Verify("not even JSON", ("Authorization", wrong))).Reason);
    }

    [Theory]
    [InlineData("\"pspReference\":\"PSP1\"", "\"pspReference\":\"PSP1\",\"pspReference\":\"PSP2\"")]
    [InlineData("\"value\":1999", "\"value\":1999,\"value\":1")]
    [InlineData("\"success\":\"true\"", "\"success\":\"true\",\"success\":\"false\"")]
    [InlineData("\"notificationItems\":", "\"notificationItems\":[],\"notificationItems\":")]
    [InlineData("\"notificationItems\":[", "\"notificationItems\":[{\"NotificationRequestItem\":{},\"NotificationRequestItem\":{}},")]
    public async Task H86_a_signed_field_that_comes_twice_is_malformed(string once, string twice)
    {
        var body = Body(Item("AUTHORISATION"));
        Assert.Contains(once, body, StringComparison.Ordinal);
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(body.Replace(once, twice, StringComparison.Ordinal))).Kind);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("x")]
    [InlineData("/* */")]
    public async Task H92_bytes_after_the_body_are_malformed(string more) =>
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(Body(Item("AUTHORISATION")) + more)).Kind);

    [Theory]
    [InlineData(65)]
    [InlineData(100_000)]
    public async Task H88_a_body_nested_too_deep_is_malformed(int depth)
    {
        var nested = new string('[', depth) + new string(']', depth);
        var body = Body(Item("AUTHORISATION")).Replace("\"live\":\"false\"", $"\"live\":{nested}", StringComparison.Ordinal);
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(body)).Kind);
    }

    [Fact]
    public async Task H93_text_that_is_not_Unicode_is_malformed()
    {
        var body = Body(Item("AUTHORISATION"));
        Assert.Equal(WebhookVerdictKind.Malformed,
            (await _adyen.Verify(body.Replace("ord-1", "\\ud800", StringComparison.Ordinal))).Kind);
        var bytes = Encoding.UTF8.GetBytes(body);
        bytes[body.IndexOf("ord-1", StringComparison.Ordinal)] = 0xFF;
        Assert.Equal(WebhookVerdictKind.Malformed, (await _adyen.Verify(bytes)).Kind);
    }

    [Fact]
    public async Task H84_a_byte_order_mark_is_no_reason_to_refuse()
    {
        var body = (byte[])[0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Body(Item("AUTHORISATION")))];
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(body)).Kind);
        Assert.Single(_adyen.Gateway.Read(new StoredWebhook("default", body, "")).Events);
    }

    [Fact]
    public async Task Fields_are_signed_as_decoded_whatever_their_length_and_escapes()
    {
        var reference = new string('é', 300) + "/\\\":東京😀";
        var item = Item("AUTHORISATION", change: item => item["merchantReference"] = reference);
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(Body(item))).Kind);
        Assert.Equal(reference, _adyen.Read(Body(item))[0].Facts[0].OrderId);
    }

    [Fact]
    public async Task A_header_signature_covers_the_raw_body()
    {
        const string body = """
            {"eventId":"EV1","type":"recurring.token.created",
            "data":{"merchantAccount":"ExampleShopECOM","storedPaymentMethodId":"TOK1"} }
            """;
        var verdict = await _adyen.Verify(body, Headers(body));
        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal("EV1", verdict.EventKey);
        Assert.Equal("TOK1", verdict.PartitionKey);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(body + " ", Headers(body))).Kind);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(body, [.. Headers(body), Headers(body)[0]])).Kind);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(body, Headers(body)[0], ("Protocol", "HmacSHA1"))).Kind);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, (await _adyen.Verify(body, Headers(body)[0])).Kind);
        Assert.NotEqual(WebhookVerdictKind.Authentic, (await _adyen.Verify(body)).Kind);

        var foreign = body.Replace(Account, "Foreign", StringComparison.Ordinal);
        Assert.Equal("merchant_account", (await _adyen.Verify(foreign, Headers(foreign))).Reason);
    }

    [Fact]
    public async Task A_signed_body_that_cannot_be_read_is_authentic_and_quarantined()
    {
        const string body = "{\"broken";
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(body, Headers(body))).Kind);
        Assert.Throws<UnreadableWebhookException>(() => _adyen.Read(body));
    }

    [Fact]
    public async Task An_account_that_is_not_configured_is_not_authentic()
    {
        var body = Encoding.UTF8.GetBytes(Body(Item("AUTHORISATION")));
        var verdict = await _adyen.Gateway.VerifyAsync(new WebhookRequest("other", body, new HeaderLines([])), CancellationToken.None);
        Assert.Equal(WebhookVerdictKind.NotAuthentic, verdict.Kind);
    }

    [Fact]
    public void A_start_is_refused_with_every_problem_named()
    {
        var problem = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => Gateway(
            ("HmacKeys:0", "no hex"), ("HmacKeys:1", Key[..62]), ("MerchantAccount", " , "), ("BasicAuthUser", "alone")));
        Assert.Contains("HmacKeys:0", problem.Message, StringComparison.Ordinal);
        Assert.Contains("HmacKeys:1", problem.Message, StringComparison.Ordinal);
        Assert.Contains("MerchantAccount", problem.Message, StringComparison.Ordinal);
        Assert.Contains("BasicAuthPassword", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("no hex", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_cut_anywhere_are_refused_without_an_exception()
    {
        var body = Encoding.UTF8.GetBytes(Body(Item("AUTHORISATION", change: item => item["merchantReference"] = "é\"")));
        for (var length = 0; length < body.Length; length++)
            Assert.NotEqual(WebhookVerdictKind.Authentic, (await _adyen.Verify(body.AsMemory(0, length))).Kind);
        var random = new Random(1);
        for (var round = 0; round < 5000; round++)
        {
            var changed = (byte[])body.Clone();
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            await _adyen.Verify(changed);
        }
        Assert.Equal(WebhookVerdictKind.Authentic, (await _adyen.Verify(body)).Kind);
    }
}
