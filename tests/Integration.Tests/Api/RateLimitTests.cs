using System.Net;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>One caller's flood is that caller's only.</summary>
public sealed class RateLimitTests
{
    private static Task<ApiServer> StartAsync() => ApiServer.StartAsync(
        null, null, FrontFixture.MapProbe,
        "--RateLimits:CallerPerSecond=1", "--RateLimits:CallerBurst=5", "--RateLimits:StrangerPerSecond=1", "--RateLimits:StrangerBurst=3");

    [Fact]
    public async Task H126_beyond_the_bucket_it_is_429_with_retry_after_and_others_do_not_notice()
    {
        await using var server = await StartAsync();
        var busy = server.Tokens.Good(subject: "busy");

        var answers = new List<ApiAnswer>();
        for (var i = 0; i < 12; i++) answers.Add(await server.GetAsync("/v1/probe/a", busy));
        var other = await server.GetAsync("/v1/probe/a", server.Tokens.Good(subject: "calm"));

        Assert.All(answers.Take(5), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        var refused = answers.Where(answer => answer.Status == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal("rate_limited", answer.Code));
        Assert.All(refused, answer => Assert.True(answer.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1)));
        Assert.Equal(HttpStatusCode.OK, other.Status);
    }

    [Fact]
    public async Task H126_a_stranger_is_limited_by_address_and_callers_from_there_are_not()
    {
        await using var server = await StartAsync();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 10; i++)
            statuses.Add((await server.SendAsync(HttpMethod.Get, "/v1/probe/a", token: "x.y.z", headers: ("X-Forwarded-For", $"10.0.0.{i}"))).Status);
        var caller = await server.GetAsync("/v1/probe/a");

        Assert.All(statuses.Take(3), status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        Assert.Equal(HttpStatusCode.OK, caller.Status);
    }
}
