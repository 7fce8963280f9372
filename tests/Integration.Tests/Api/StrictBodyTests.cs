using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Bodies that are not right in every respect: 400 with the member's name, and nothing of them is repeated.</summary>
public sealed class StrictBodyTests(FrontFixture front) : IClassFixture<FrontFixture>
{
    private static readonly (string, string) Key = ("Idempotency-Key", "k");
    private ApiServer Server => front.Server;

    [Fact]
    public async Task A_good_body_is_read()
    {
        var answer = await Server.PostAsync("/v1/probe", """{"amount":1250,"metadata":{"a":"1","A":"2"},"billing":{"country":"DE"}}""", Key);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(1250, answer.Json.GetProperty("amount").GetInt64());
    }

    public static TheoryData<string, string, string?> WrongMembers => new()
    {
        { "H86", """{"amount":1,"amount":2}""", "amount" },
        { "H86", """{"amount":1,"\u0061mount":2}""", "amount" },
        { "H86", """{"amount":1,"metadata":{"x":"1","x":"2"}}""", "metadata.x" },
        { "H87", """{"amount":1,"Amount":1}""", "Amount" },
        { "H90", """{"amount":1e400}""", "amount" },
        { "H90", """{"amount":1E2}""", "amount" },
        { "H90", """{"amount":10.00}""", "amount" },
        { "H90", """{"amount":-0}""", "amount" },
        { "H91", """{"amount":"100"}""", "amount" },
        { "H91", """{"amount":9223372036854775808}""", "amount" },
        { "H91", """{"amount":null}""", "amount" },
        { "H91", """{"amount":true}""", "amount" },
        { "H91", """{"amount":[1]}""", "amount" },
        { "H94", """{"amount":1,"reference":"\ud800"}""", "reference" },
        { "H94", """{"amount":1,"reference":"a\u0000b"}""", "reference" },
        { "H94", """{"amount":1,"metadata":{"\udfff":"x"}}""", "metadata" },
        { "H95", """{"amount":1,"$type":"x"}""", "$type" },
        { "H95", """{"amount":1,"__proto__":{}}""", "__proto__" },
        { "H95", """{"amount":1,"status":"SUCCEEDED"}""", "status" },
        { "H95", """{"amount":1,"tenant_id":"other"}""", "tenant_id" },
        { "missing", """{"reference":"x"}""", "amount" },
        { "missing", """{"amount":1,"billing":{}}""", "billing" },
        { "unknown", """{"amount":1,"billing":{"country":"DE","planet":"x"}}""", "billing.planet" },
        { "null", """{"amount":1,"metadata":{"a":5}}""", "metadata.a" },
        { "not an object", "[]", "$" },
        { "not an object", "null", "$" },
        { "not an object", "\"text\"", "$" },
    };

    [Theory, MemberData(nameof(WrongMembers))]
    public async Task H86_H87_H90_H91_H94_H95_a_wrong_member_is_named(string id, string json, string? member)
    {
        var answer = await Server.PostAsync("/v1/probe", json, Key);

        Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{id}: {answer.Status} {answer.Body}");
        Assert.Equal("invalid_member", answer.Code);
        Assert.Equal(member, answer.Member);
    }

    public static TheoryData<string, string> NotJson => new()
    {
        { "H90", """{"amount":0100}""" }, { "H92", """{"amount":NaN}""" }, { "H92", """{"amount":Infinity}""" }, { "H92", """{"amount":1} x""" },
        { "H92", """{"amount":1}{"amount":2}""" }, { "H92", """{"amount":1 /* c */}""" }, { "H92", """{"amount":1,}""" }, { "H92", "" },
        { "H92", "   " }, { "H92", """{'amount':1}""" }, { "H92", """{"amount":+1}""" }, { "H92", """{"amount":1""" },
    };

    [Theory, MemberData(nameof(NotJson))]
    public async Task H90_H92_what_is_not_one_json_document_is_400(string id, string text)
    {
        var answer = await Server.PostAsync("/v1/probe", text, Key);

        Assert.True(answer.Code == "invalid_json", $"{id}: {answer.Status} {answer.Body}");
    }

    [Fact]
    public async Task H88_nesting_beyond_64_is_400_and_no_stack_overflows()
    {
        foreach (var depth in new[] { 65, 60_000 })
        {
            var nested = $$"""{"amount":1,"x":{{new string('[', depth)}}{{new string(']', depth)}}}""";

            Assert.Equal("invalid_json", (await Server.PostAsync("/v1/probe", nested, Key)).Code);
        }
    }

    [Fact]
    public async Task H89_many_items_and_many_keys_cost_little()
    {
        var items = "{\"amount\":1,\"x\":[" + string.Join(',', Enumerable.Repeat("1", 120_000)) + "]}";
        var keys = "{\"amount\":1,\"metadata\":{" + string.Join(',', Enumerable.Range(0, 18_000).Select(i => $"\"{i:x4}\":\"\"")) + "}}";
        // As many as a body can hold, all with one hash, at the top and deeper.
        var colliding = "{\"amount\":1," + CollidingNames.Members(14_000) + "}";
        var deeper = "{\"amount\":1,\"metadata\":{" + CollidingNames.Members(14_000) + "}}";
        await Server.PostAsync("/v1/probe", items, Key);

        foreach (var body in new[] { items, keys, colliding, deeper })
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await Server.PostAsync("/v1/probe", body, Key);

            // Those keys are good: the rule for metadata is a payment's.
            Assert.Equal(body == keys ? null : "invalid_member", answer.Code);
            // A quarter of a megabyte; the machine is shared, hence the generous limit.
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), $"{Stopwatch.GetElapsedTime(started)}");
        }

        // Beyond the limit by less than what is read to its end: further on the connection is cut, and a caller who still sends may see
        // that before the answer.
        var tooLarge = $$"""{"filler":"{{new string('x', 270 * 1024)}}",{{CollidingNames.Members(500)}}}""";
        Assert.Equal("payload_too_large", (await Server.PostAsync("/v1/probe", tooLarge, Key)).Code);
    }

    [Fact]
    public async Task H93_bytes_that_are_not_utf8_are_400()
    {
        byte[][] bodies = [[.. "{\"amount\":1,\"reference\":\""u8, 0xC3, 0x28, .. "\"}"u8], [0xEF, 0xBB, 0xBF, .. "{\"amount\":1}"u8], [0xFF, 0xFE, 0x7B, 0x00]];
        foreach (var body in bodies)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/probe") { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.Add("Idempotency-Key", "k");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Tokens.Good());

            var answer = await ApiAnswer.ReadAsync(await Server.Http.SendAsync(request));

            Assert.Equal("invalid_json", answer.Code);
        }
    }

    [Theory]
    [InlineData("text/json"), InlineData("application/xml"), InlineData("application/json; charset=utf-16"), InlineData("application/x-www-form-urlencoded")]
    public async Task Another_type_is_415(string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/probe") { Content = new ByteArrayContent("{\"amount\":1}"u8.ToArray()) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.Add("Idempotency-Key", "k");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Tokens.Good());

        var answer = await ApiAnswer.ReadAsync(await Server.Http.SendAsync(request));

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_encoded_body_is_415_and_is_not_unpacked()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/probe") { Content = new ByteArrayContent([0x1f, 0x8b, 8, 0]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Headers.Add("Idempotency-Key", "k");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Tokens.Good());

        Assert.Equal("unsupported_media_type", (await ApiAnswer.ReadAsync(await Server.Http.SendAsync(request))).Code);
    }

    [Fact]
    public async Task H124_a_body_of_more_than_256_KB_is_413_told_or_in_chunks()
    {
        var large = $$"""{"amount":1,"reference":"{{new string('x', 256 * 1024)}}"}""";
        var told = await Server.PostAsync("/v1/probe", large, Key);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/v1/probe") { Content = new StringContent(large, Encoding.UTF8, "application/json") };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Headers.Add("Idempotency-Key", "k");
        chunked.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Server.Tokens.Good());

        var inChunks = await ApiAnswer.ReadAsync(await Server.Http.SendAsync(chunked));

        Assert.All([told, inChunks], answer => Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "payload_too_large"), (answer.Status, answer.Code)));
    }

    [Theory]
    [InlineData("'; DROP TABLE payments; --"), InlineData("${jndi:ldap://x/a}"), InlineData("%n%s%x"), InlineData("<script>alert(1)</script>")]
    [InlineData("a\\r\\nSet-Cookie: x=1"), InlineData("\\u001b[31mred"), InlineData("\\u202eevil"), InlineData("na\\u200bme")]
    public async Task H120_text_is_data_and_comes_through(string text)
    {
        var answer = await Server.PostAsync("/v1/probe", $$"""{"amount":1,"reference":"{{text}}"}""", Key);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task What_was_sent_is_not_repeated()
    {
        var answer = await Server.PostAsync("/v1/probe", """{"amount":"not-to-be-seen","reference":"x"}""", Key);

        Assert.DoesNotContain("not-to-be-seen", answer.Body, StringComparison.Ordinal);
    }
}
