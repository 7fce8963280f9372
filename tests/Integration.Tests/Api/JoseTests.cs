using System.Net;
using System.Text.Json;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary>Tokens made by npm's jose: the good ones open the route, those wrong in one way each do not.</summary>
public sealed class JoseTests
{
    [NodeToolsFact]
    public async Task H97_H98_H99_H100_H101_tokens_of_another_library_are_taken_and_refused_as_they_should_be()
    {
        var (status, output) = NodeTools.Run("node", "tokens.mjs", Tokens.Issuer, Tokens.Audience);
        Assert.True(status == 0, output);
        var made = JsonDocument.Parse(output).RootElement;
        var keys = made.GetProperty("keys").EnumerateArray().Select((key, index) => $"--Auth:SigningKeys:{index}={key.GetString()}");
        await using var server = await ApiServer.StartAsync(null, null, FrontFixture.MapProbe, [.. keys]);

        foreach (var good in made.GetProperty("good").EnumerateObject())
        {
            var answer = await server.GetAsync("/v1/probe/a", good.Value.GetString());
            Assert.True(answer.Status == HttpStatusCode.OK, $"{good.Name}: {answer.Status}");
            Assert.Equal("jose", answer.Json.GetProperty("tenant").GetString());
        }
        foreach (var bad in made.GetProperty("bad").EnumerateObject())
        {
            var answer = await server.GetAsync("/v1/probe/a", bad.Value.GetString());
            Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{bad.Name}: {answer.Status}");
        }
    }
}
