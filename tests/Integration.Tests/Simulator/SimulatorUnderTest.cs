using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>What Stripe's API answered; the body is read when it is asked for.</summary>
internal sealed record StripeReply(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public JsonElement Body => JsonElement.Parse(Text);
    public string Id => Body.GetProperty("id").GetString()!;
    public string StatusOfIntent => Body.GetProperty("status").GetString()!;
    public string? ErrorCode => Body.GetProperty("error").TryGetProperty("code", out var code) ? code.GetString() : null;
}

/// <summary>A simulator on a port and in a folder of its own, asked over HTTP as anybody asks it.</summary>
internal sealed class SimulatorUnderTest : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulator-");
    private SimulatorHost _host = null!;
    private bool _isStopped;

    public string Folder => _folder.FullName;
    public Uri Address { get; private set; } = null!;
    public SimulatorSecrets Secrets { get; private set; } = null!;
    public HttpClient Http { get; } = new(new HttpClientHandler { AllowAutoRedirect = false });

    public async Task InitializeAsync()
    {
        var port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port}");
        Http.BaseAddress = Address;
        _host = await SimulatorHost.StartAsync(port, Folder, address: null, TimeProvider.System);
        Secrets = SimulatorSecrets.LoadOrCreate(Folder);
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Http.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Ends the simulator, so that all its truth is on the disk.</summary>
    public async Task StopAsync()
    {
        if (_isStopped) return;
        _isStopped = true;
        await _host.DisposeAsync();
    }

    /// <summary>A request to Stripe's API with the right key; the body is a form.</summary>
    public async Task<StripeReply> StripeAsync(HttpMethod method, string path, string? key = null, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new("Bearer", Secrets.StripeApiKey);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (form.Length > 0) request.Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        using var answer = await Http.SendAsync(request);
        var headers = answer.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase);
        return new StripeReply((int)answer.StatusCode, headers, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A payment of 25 euros, confirmed at once.</summary>
    public Task<StripeReply> PayAsync(string key, params (string Name, string Value)[] more) => StripeAsync(
        HttpMethod.Post, "/v1/payment_intents", key,
        [
            ("amount", "2500"), ("currency", "eur"), ("confirm", "true"), ("payment_method", "pm_card_visa"),
            ("metadata[payment_id]", $"pay_{key}"), .. more,
        ]);

    public async Task SetKnobsAsync(string gateway, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Http.PutAsync(new Uri($"/simulator/knobs/{gateway}", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    public Task<JsonElement> TruthAsync(string what) =>
        Http.GetFromJsonAsync<JsonElement>(new Uri($"/simulator/truth/{what}", UriKind.Relative));

    public async Task<int> EffectsAsync(string key) => (await TruthAsync($"effects?key={key}")).GetProperty("effects").GetArrayLength();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
