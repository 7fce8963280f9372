using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>A simulator on a port and in a folder of its own, asked over HTTP as anybody asks it.</summary>
internal sealed class SimulatorUnderTest : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulator-");
    private SimulatorHost _host = null!;

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
        await _host.DisposeAsync();
        Http.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Ends the simulator, so that its truth is on the disk.</summary>
    public ValueTask StopAsync() => _host.DisposeAsync();

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
