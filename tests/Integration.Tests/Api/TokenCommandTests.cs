using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using PaymentPipeline.Integration.Tests.EndToEnd;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api;

/// <summary><c>./pipeline token</c> in the data folder of a system.</summary>
public sealed class TokenCommandTests : IDisposable
{
    private readonly List<string> _folders = [];

    public void Dispose() => _folders.ForEach(folder => Directory.Delete(folder, recursive: true));

    [Fact]
    public async Task A_token_of_the_command_opens_what_its_scope_says_and_nothing_else()
    {
        var folder = Folder(out var publicKey);
        var output = await TokenAsync(folder, 0, "--scope", "payments:read", "--tenant", "shop-2", "--subject", "me", "--minutes", "5");
        await using var server = await ApiServer.StartAsync(
            null, null, FrontFixture.MapProbe, $"--Auth:SigningKeys:0={publicKey}", "--Auth:Issuer=https://pipeline.localhost", "--Auth:Audience=payment-api");

        var read = await server.GetAsync("/v1/probe/a", output);
        var write = await server.SendAsync(HttpMethod.Post, "/v1/probe/other", "{\"amount\":1}", output);

        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal(("shop-2", "https://pipeline.localhost|me"), (read.Json.GetProperty("tenant").GetString(), read.Json.GetProperty("principal").GetString()));
        Assert.Equal("insufficient_scope", write.Code);
    }

    [Theory]
    [InlineData("--scope", "payments:everything", "there is no scope"), InlineData("--minutes", "61", "--minutes must be")]
    public async Task What_cannot_be_signed_is_said_in_one_line(string option, string value, string message) =>
        Assert.Contains(message, await TokenAsync(Folder(out _), 2, option, value), StringComparison.Ordinal);

    [Fact]
    public async Task A_folder_without_a_key_is_said_in_one_line() =>
        Assert.Contains("no development key", await TokenAsync(NewFolder(), 2), StringComparison.Ordinal);

    private static async Task<string> TokenAsync(string folder, int status, params string[] arguments)
    {
        await using var run = PipelineRun.Start(folder, "Host=none", ["token", "--data", folder, .. arguments], ownsFolder: false);
        Assert.Equal(status, await run.WaitAsync(TimeSpan.FromMinutes(1)));
        await PaymentPipeline.TestKit.Eventually.Async(() => Task.FromResult(run.Output.Length > 0), TimeSpan.FromSeconds(20));
        return run.Output.Trim();
    }

    private string NewFolder()
    {
        _folders.Add(PipelineRun.NewFolder());
        return _folders[^1];
    }

    /// <summary>As <c>up</c> leaves it.</summary>
    private string Folder(out string publicKey)
    {
        var folder = NewFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(folder, "api-signing-key.pem"), key.ExportPkcs8PrivateKeyPem() + "\n");
        publicKey = Path.Combine(folder, "api-signing-key.public.pem");
        File.WriteAllText(publicKey, key.ExportSubjectPublicKeyInfoPem() + "\n");
        File.WriteAllText(Path.Combine(folder, "system.json"), JsonSerializer.Serialize(new
        {
            engine = "postgres", portBase = 8080, processId = 1,
            settings = new Dictionary<string, string>
            {
                ["Auth__SigningKeys__0"] = publicKey, ["Auth__Issuer"] = "https://pipeline.localhost", ["Auth__Audience"] = "payment-api",
            },
        }));
        return folder;
    }
}
