using System.Net.Sockets;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text.Json;
using PaymentPipeline.Simulator.Shop;
using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

public sealed class ShopRunTests : IAsyncLifetime, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulator-");
    private readonly HttpClient _http = new();
    private readonly int _port = FreePort();
    private SimulatorHost _simulator = null!;
    private SignatureCheck _check = null!;

    public async Task InitializeAsync()
    {
        _simulator = await SimulatorHost.StartAsync(_port, _folder.FullName, address: null, TimeProvider.System);
        var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_folder.FullName, "paypal-root.pem"));
        _check = new SignatureCheck(SimulatorSecrets.LoadOrCreate(_folder.FullName), root, _http);
    }

    public async Task DisposeAsync()
    {
        await _simulator.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Genuine_webhooks_are_authentic_and_forgeries_are_not()
    {
        await using var ingress = await GatewayStub.StartAsync(request => _check.IsAuthentic(request) ? 200 : 401);

        var progress = await PlayAsync(
            new ShopOptions { Ingress = ingress.Address.ToString(), Seed = 21, Orders = 200, Forge = 0.2, Duplicates = 0.1 });

        Assert.True(progress.Clean, progress.ToString());
        Assert.True(progress.ForgedRefused > 100);
        Assert.True(progress.Accepted > 600);
        Assert.Equal(progress.Accepted + progress.ForgedRefused + progress.Retried, progress.Sent);
    }

    [Fact]
    public async Task A_webhook_that_is_not_taken_is_sent_again_until_it_is()
    {
        var count = 0;
        await using var ingress = await GatewayStub.StartAsync(_ => Interlocked.Increment(ref count) % 10 == 0 ? 503 : 200);

        var progress = await PlayAsync(new ShopOptions { Ingress = ingress.Address.ToString(), Seed = 22, Orders = 200 });

        Assert.True(progress.Clean, progress.ToString());
        Assert.True(progress.Retried >= progress.Accepted / 10);
        var accepted = Lines("webhooks.jsonl").Where(line => line.GetProperty("answer").GetString() == "accepted").ToArray();
        Assert.Equal(progress.Accepted, accepted.Length);
        var bodies = ingress.Seen.Select(request => Convert.ToHexStringLower(SHA256.HashData(request.Body))).ToHashSet();
        Assert.All(accepted, line => Assert.Contains(line.GetProperty("sha256").GetString()!, bodies));
    }

    [Fact]
    public async Task An_ingress_that_comes_up_late_loses_nothing()
    {
        var port = FreePort();
        Assert.NotNull(_simulator.Shop.TryStart(new ShopOptions { Ingress = $"http://127.0.0.1:{port}", Seed = 23, Orders = 50 }));
        await UntilAsync(() => _simulator.Shop.Current!.Progress.Retried > 50);

        await using var ingress = await GatewayStub.StartAsync(_ => 200, port);
        await _simulator.Shop.Current!.Completion;

        Assert.True(_simulator.Shop.Current.Progress.Clean, _simulator.Shop.Current.Progress.ToString());
        Assert.All(Lines("payments.jsonl"), line => Assert.True(line.GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public async Task An_ingress_that_takes_forgeries_or_refuses_the_genuine_is_reported()
    {
        await using var credulous = await GatewayStub.StartAsync(_ => 200);
        var believed = await PlayAsync(new ShopOptions { Ingress = credulous.Address.ToString(), Seed = 24, Orders = 50, Forge = 0.2 });
        await using var stubborn = await GatewayStub.StartAsync(_ => 401);
        var refused = await PlayAsync(new ShopOptions { Ingress = stubborn.Address.ToString(), Seed = 25, Orders = 5 });

        Assert.True(believed.ForgedAccepted > 0 && !believed.Clean);
        Assert.True(refused.Refused > 0 && !refused.Clean);
    }

    [Fact]
    public async Task The_truth_is_complete_and_says_what_was_dropped()
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);

        var progress = await PlayAsync(
            new ShopOptions { Ingress = ingress.Address.ToString(), Seed = 26, Orders = 400, Drop = 0.05, Duplicates = 0.2 });

        var webhooks = Lines("webhooks.jsonl").ToArray();
        Assert.Equal(progress.AcceptedWebhooks, webhooks.Count(line => line.GetProperty("answer").GetString() == "accepted"));
        Assert.Equal(progress.Dropped, webhooks.Count(line => line.GetProperty("dropped").GetBoolean()));
        Assert.Equal(progress.Accepted, webhooks.Sum(line => line.GetProperty("acceptedAt").GetArrayLength()));
        Assert.Contains(
            Lines("payments.jsonl"), line => line.GetProperty("dropped").GetInt32() > 0 && !line.GetProperty("complete").GetBoolean());
        Assert.True(Summary().GetProperty("complete").GetBoolean());
    }

    [Fact]
    public async Task A_stopped_run_says_that_its_truth_is_not_complete()
    {
        await using var ingress = await GatewayStub.StartAsync(_ => 200);
        var address = new Uri($"http://127.0.0.1:{_port}/shop/runs");
        using var start = await _http.PostAsync(
            address, JsonBody($$"""{"ingress":"{{ingress.Address}}","seed":27,"orders":100000,"rate":200}"""));
        using var second = await _http.PostAsync(address, JsonBody($$"""{"ingress":"{{ingress.Address}}","orders":1}"""));
        await UntilAsync(() => _simulator.Shop.Current!.Progress.Accepted > 20);

        using var stopped = await _http.DeleteAsync(new Uri(address + "/current"));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (start.StatusCode, second.StatusCode));
        Assert.Equal("stopped", _simulator.Shop.Current!.Progress.Ended);
        Assert.False(Summary().GetProperty("complete").GetBoolean());
        Assert.Contains(Lines("payments.jsonl"), line => line.GetProperty("undelivered").GetInt32() > 0);
    }

    [Fact]
    public async Task Wrong_options_are_all_named_at_once()
    {
        using var answer = await _http.PostAsync(
            new Uri($"http://127.0.0.1:{_port}/shop/runs"),
            JsonBody("""{"ingress":"nowhere","duplicates":2,"rate":-1,"gateways":{"mock":1}}"""));

        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        foreach (var word in new[] { "nowhere", "duplicates", "rate", "mock", "orders" })
            Assert.Contains(word, text, StringComparison.Ordinal);
    }

    private async Task<RunProgress> PlayAsync(ShopOptions options)
    {
        var run = _simulator.Shop.TryStart(options)!;
        await run.Completion;
        return run.Progress;
    }

    private IEnumerable<JsonElement> Lines(string file) =>
        ReadShared(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line));

    private JsonElement Summary() => JsonSerializer.Deserialize<JsonElement>(ReadShared("summary.json"));

    private string ReadShared(string file)
    {
        using var stream = new FileStream(
            Path.Combine(_folder.FullName, "truth", file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static StringContent JsonBody(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(20, limit.Token);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
