using System.Net;
using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.EventLog;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>Adyen's requests over HTTP: the signature lies inside the body, and one request may hold several items.</summary>
public sealed class AdyenRequestTests(IngressFixture fixture) : IClassFixture<IngressFixture>
{
    private static int _last;
    private readonly IngressServer _server = fixture.Server;

    [Fact]
    public async Task A_signed_notification_is_answered_accepted_and_kept_byte_for_byte()
    {
        var body = Body(Item());
        var response = await SendAsync(body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("[accepted]", await response.Content.ReadAsStringAsync());
        var record = await _server.RecordOfAsync("adyen", body);
        Assert.Equal("webhooks.adyen", record.Partition.Topic);
        Assert.Contains("|AUTHORISATION|true", record.Header(LogHeaders.EventKey), StringComparison.Ordinal);
    }

    [Fact]
    public Task H29_no_signature_is_401() => IsAsync(401, Body(Item(signature: null)));

    [Fact]
    public Task H30_an_empty_signature_is_401() => IsAsync(401, Body(Item(signature: "")));

    [Fact]
    public Task H31_a_signature_that_is_no_base64_is_401() => IsAsync(401, Body(Item(signature: "!!!!")));

    [Fact]
    public Task H32_the_signature_of_another_key_is_401() =>
        IsAsync(401, Body(Item(signature: Convert.ToBase64String(new byte[32]))));

    [Fact]
    public Task H33_no_items_are_400() => IsAsync(400, Body());

    [Fact]
    public Task H34_10001_items_are_413_by_their_size_alone() => IsAsync(413, Body([.. Enumerable.Repeat("{}", 10_001)]));

    [Fact]
    public Task H35_one_forged_item_of_two_refuses_both() => IsAsync(401, Body(Item(), Item(signature: Convert.ToBase64String(new byte[32]))));

    [Fact]
    public Task H38_bad_json_is_400_because_there_the_signature_lies() => IsAsync(400, Encoding.UTF8.GetBytes("{\"notificationItems\":["));

    private async Task IsAsync(int status, byte[] body)
    {
        var response = await SendAsync(body);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.DoesNotContain("accepted", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await _server.NothingKeptAsync("adyen", body);
    }

    private Task<HttpResponseMessage> SendAsync(byte[] body) =>
        _server.Http.SendAsync(StripeWebhook.Request(body, "/webhooks/adyen"));

    private static byte[] Body(params string[] items) => Encoding.UTF8.GetBytes(
        $$"""{"live":"false","notificationItems":[{{string.Join(',', items.Select(item => $"{{\"NotificationRequestItem\":{item}}}"))}}]}""");

    private static string Item(string? signature = "right")
    {
        var psp = $"88{Interlocked.Increment(ref _last):D14}";
        if (signature == "right")
        {
            var signed = Encoding.UTF8.GetBytes($"{psp}::TestMerchant:order-1:1000:EUR:AUTHORISATION:true");
            signature = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromHexString(IngressServer.AdyenKey), signed));
        }
        var data = signature is null ? "{}" : $$"""{"hmacSignature":"{{signature}}"}""";
        return $$$"""
            {"additionalData":{{{data}}},"amount":{"currency":"EUR","value":1000},"eventCode":"AUTHORISATION",
            "eventDate":"2026-01-01T00:00:00+01:00","merchantAccountCode":"TestMerchant","merchantReference":"order-1",
            "pspReference":"{{{psp}}}","reason":"","success":"true"}
            """;
    }
}
