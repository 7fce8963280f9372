using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>What is remembered of a token does not outlive it.</summary>
public sealed class TokenTimeTests
{
    [Fact]
    public async Task H97_a_token_that_was_good_a_moment_ago_is_401_when_its_time_is_over()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await ApiServer.StartAsync(
            null, builder => builder.Services.AddSingleton<TimeProvider>(time), FrontFixture.MapProbe);
        var token = server.Tokens.Good();

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", token)).Status);
        time.SetUtcNow(time.GetUtcNow() + TimeSpan.FromSeconds(655));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", token)).Status);
        time.SetUtcNow(time.GetUtcNow() + TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/v1/probe/a", token)).Status);
    }

    [Fact]
    public async Task Keys_that_an_issuer_withdrew_are_given_up_and_new_ones_taken()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var issuer = await Issuer.StartAsync();
        await using var server = await ApiServer.StartAsync(
            null, builder => builder.Services.AddSingleton<TimeProvider>(time), FrontFixture.MapProbe,
            "--Auth:SigningKeys:0=", $"--Auth:JwksUri={issuer.Address}jwks.json", "--Auth:JwksKeptSeconds=120");
        issuer.Publish("old");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", issuer.Token("old"))).Status);

        issuer.Publish("new");
        time.SetUtcNow(time.GetUtcNow() + TimeSpan.FromSeconds(31));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", issuer.Token("new"))).Status);

        var last = issuer.Token("old");
        issuer.Withdraw("old");
        time.SetUtcNow(time.GetUtcNow() + TimeSpan.FromSeconds(121));
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/v1/probe/a", last)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v1/probe/a", issuer.Token("new"))).Status);
    }
}
