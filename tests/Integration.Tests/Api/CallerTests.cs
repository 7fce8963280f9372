using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Who gets in: tokens good, wrong and hostile. Every refusal is the same 401.</summary>
public sealed class CallerTests(FrontFixture front) : IClassFixture<FrontFixture>
{
    private ApiServer Server => front.Server;
    private Tokens Tokens => Server.Tokens;

    [Fact]
    public async Task A_good_token_opens_the_route_as_its_tenant()
    {
        var answer = await Server.GetAsync("/v1/probe/a", Tokens.Good(tenant: "shop-2"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("shop-2", answer.Json.GetProperty("tenant").GetString());
        Assert.True(answer.Headers.CacheControl?.NoStore);
        Assert.Equal($"{Tokens.Issuer}|tests", answer.Json.GetProperty("principal").GetString());
    }

    [Fact]
    public async Task H96_no_token_is_401() => await RefusedAsync("");

    [Theory]
    [InlineData("x"), InlineData("a.b.c"), InlineData("..."), InlineData("e30.e30."), InlineData("!.!.!")]
    public async Task H97_garbage_is_401(string token) => await RefusedAsync(token);

    public static TheoryData<string, double?> WrongTimes => new()
    {
        { "exp", -61 }, { "exp", null }, { "exp", 3700 }, { "nbf", 120 }, { "iat", 120 }, { "exp", -1e18 }, { "exp", 1e300 },
    };

    [Theory, MemberData(nameof(WrongTimes))]
    public async Task H97_a_token_outside_its_time_is_401(string claim, double? seconds)
    {
        var claims = Tokens.Claims();
        if (seconds is { } s) claims[claim] = Convert.ToDouble(claims["iat"]!, System.Globalization.CultureInfo.InvariantCulture) + s;
        else claims.Remove(claim);

        await RefusedAsync(Tokens.Sign(Tokens.Header(), claims));
    }

    [Fact]
    public async Task H97_without_the_time_of_issue_a_token_may_still_not_live_longer_than_an_hour()
    {
        var claims = Tokens.Claims();
        claims.Remove("iat");
        Assert.Equal(HttpStatusCode.OK, (await Server.GetAsync("/v1/probe/a", Tokens.Sign(Tokens.Header(), claims))).Status);

        claims["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 4000;
        await RefusedAsync(Tokens.Sign(Tokens.Header(), claims));
    }

    [Theory, InlineData("none"), InlineData("None"), InlineData("nOnE"), InlineData("")]
    public async Task H98_algorithm_none_is_401(string algorithm)
    {
        var header = Tokens.Header();
        header["alg"] = algorithm;
        var token = Tokens.Sign(header, Tokens.Claims());

        await RefusedAsync(token);
        await RefusedAsync(token[..(token.LastIndexOf('.') + 1)]);
    }

    [Fact]
    public async Task H99_hs256_with_the_public_key_as_secret_is_401()
    {
        var signed = Tokens.Encode("""{"alg":"HS256","typ":"JWT"}""") + "." + Tokens.Encode(JsonSerializer.Serialize(Tokens.Claims()));
        foreach (var secret in new[] { Tokens.PublicPem, Tokens.PublicPem + "\n" })
        {
            var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
            await RefusedAsync($"{signed}.{Base64Url.EncodeToString(mac)}");
        }
    }

    public static TheoryData<string, string> HostileHeaders => new()
    {
        { "kid", "../../etc/passwd" }, { "kid", "' OR 1=1 --" }, { "kid", "" }, { "crit", "[\"exp\"]" }, { "zip", "DEF" }, { "b64", "false" },
        { "x5c", "[\"MIIB\"]" }, { "typ", "JOSE" }, { "typ", "dpop+jwt" }, { "typ", "id_token" }, { "alg", "RS256" }, { "alg", "ES384" },
    };

    [Theory, MemberData(nameof(HostileHeaders))]
    public async Task H100_H101_a_header_that_asks_for_something_else_is_401_even_when_signed(string member, string value)
    {
        var header = Tokens.Header();
        header[member] = value.StartsWith('[') ? JsonSerializer.Deserialize<string[]>(value) : value == "false" ? false : value;

        await RefusedAsync(Tokens.Sign(header, Tokens.Claims()));
    }

    [Theory, InlineData("jku"), InlineData("x5u"), InlineData("jwk")]
    public async Task H100_a_token_that_brings_its_own_key_is_401_and_nothing_is_fetched(string member)
    {
        using var trap = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        trap.Start();
        using var thief = new Tokens();
        var point = thief.Key.ExportParameters(false).Q;
        var header = Tokens.Header();
        header[member] = member == "jwk"
            ? new Dictionary<string, object> { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) }
            : $"http://{trap.LocalEndpoint}/jwks.json";

        await RefusedAsync(thief.Sign(header, Tokens.Claims()));
        await RefusedAsync(Tokens.Sign(header, Tokens.Claims()));

        Assert.False(trap.Pending());
    }

    public static TheoryData<string, object?> WrongClaims => new()
    {
        { "iss", "https://other.example" }, { "iss", "https://issuer.example/" }, { "iss", null }, { "iss", 1 }, { "aud", "other" },
        { "aud", new[] { "other", "another" } }, { "aud", null }, { "aud", 1 }, { "sub", null }, { "sub", "" }, { "sub", "a\u0000b" },
        { "tenant", "" }, { "tenant", 7 }, { "tenant", "a b" }, { "tenant", "../x" }, { "scope", 5 }, { "exp", "tomorrow" },
    };

    [Theory, MemberData(nameof(WrongClaims))]
    public async Task H101_wrong_claims_are_401(string claim, object? value)
    {
        var claims = Tokens.Claims();
        claims[claim] = value;

        await RefusedAsync(Tokens.Sign(Tokens.Header(), claims));
    }

    [Fact]
    public async Task H101_an_audience_among_several_is_ours()
    {
        var claims = Tokens.Claims();
        claims["aud"] = new[] { "other", Tokens.Audience };

        Assert.Equal(HttpStatusCode.OK, (await Server.GetAsync("/v1/probe/a", Tokens.Sign(Tokens.Header(), claims))).Status);
    }

    [Fact]
    public async Task H102_an_encrypted_token_and_one_of_more_than_8_KB_are_401_at_once()
    {
        await RefusedAsync($"{Tokens.Encode("""{"alg":"RSA-OAEP","enc":"A256GCM","zip":"DEF"}""")}.AAAA.AAAA.{new string('A', 4000)}.AAAA");
        var claims = Tokens.Claims();
        claims["padding"] = new string('x', 6 * 1024);
        await RefusedAsync(Tokens.Sign(Tokens.Header(), claims));

        var dots = new string('.', 8 * 1024);
        var started = Stopwatch.GetTimestamp();
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.Null(PaymentPipeline.Api.Auth.Token.Parse(dots)));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), "more than 1 ms each");
    }

    [Fact]
    public async Task Any_changed_character_is_401()
    {
        var token = Tokens.Good();
        for (var at = 0; at < token.Length; at += 7)
        {
            var other = token[at] == 'A' ? 'B' : 'A';
            await RefusedAsync(token[..at] + other + token[(at + 1)..]);
        }
        await RefusedAsync(token + "=");
        await RefusedAsync(token[..^1] + (char)(token[^1] + 1));
    }

    [Fact]
    public async Task A_member_twice_in_the_signed_claims_is_401()
    {
        var claims = JsonSerializer.Serialize(Tokens.Claims());

        await RefusedAsync(Tokens.SignText("""{"alg":"ES256"}""", claims[..^1] + ",\"tenant\":\"other\"}"));
    }

    [Fact]
    public async Task Two_authorization_lines_and_other_schemes_are_401()
    {
        var good = Tokens.Good();
        var two = await Server.SendAsync(HttpMethod.Get, "/v1/probe/a", token: "", headers: [("Authorization", $"Bearer {good}"), ("Authorization", "Bearer x")]);
        var basic = await Server.SendAsync(HttpMethod.Get, "/v1/probe/a", token: "", headers: [("Authorization", $"Basic {good}")]);
        var query = await Server.GetAsync($"/v1/probe/a?access_token={good}", token: "");

        Assert.All([two, basic, query], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
    }

    [Fact]
    public async Task H103_a_missing_scope_is_403()
    {
        var answer = await Server.GetAsync("/v1/probe/a", Tokens.Good("payments:write refunds:write"));
        var none = await Server.GetAsync("/v1/probe/a", Tokens.Good(""));
        var unknown = await Server.GetAsync("/v1/probe/a", Tokens.Good("payments:* payments:read2 admin"));

        Assert.All([answer, none, unknown], refused => Assert.Equal("insufficient_scope", refused.Code));
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
    }

    [Fact]
    public async Task Scopes_may_be_an_array()
    {
        var claims = Tokens.Claims();
        claims["scope"] = new[] { "payments:read" };

        Assert.Equal(HttpStatusCode.OK, (await Server.GetAsync("/v1/probe/a", Tokens.Sign(Tokens.Header(), claims))).Status);
    }

    private async Task RefusedAsync(string token)
    {
        var answer = await Server.GetAsync("/v1/probe/a", token);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Equal("""{"type":"about:blank","title":"A valid bearer token is required","status":401,"code":"unauthenticated"}""", answer.Body);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
    }
}
