using PaymentPipeline.Simulator.PayPal;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator;

/// <summary>
/// The one port of the simulator, with the gateways' own paths at its root: PayPal's certificates today, the gateways' APIs
/// beside them later.
/// </summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorHost(WebApplication app, Shopkeeper shop) => (_app, Shop) = (app, shop);

    public Shopkeeper Shop { get; }

    /// <param name="address">Where PayPal's certificates are reached, as the ingress is told: no path.</param>
    public static async Task<SimulatorHost> StartAsync(int port, string dataFolder, Uri? address, TimeProvider time)
    {
        Directory.CreateDirectory(dataFolder);
        var secrets = SimulatorSecrets.LoadOrCreate(dataFolder);
        var certificates = PayPalCertificates.LoadOrCreate(dataFolder, time);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenAnyIP(port));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, SimulatorJson.Default));
        var app = builder.Build();
        var shop = new Shopkeeper(dataFolder, secrets, certificates, address ?? new Uri($"http://127.0.0.1:{port}"), time);

        app.MapGet("/health/live", () => Results.Text("ok\n"));
        app.MapGet(PayPalCertificates.Path + "{name}", (string name) =>
            name == certificates.Name ? Results.Text(certificates.Pem, "application/x-pem-file") : Results.NotFound());
        app.MapShop(shop);
        await app.StartAsync();
        return new SimulatorHost(app, shop);
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Shop.StopAsync();
        await _app.DisposeAsync();
        Shop.Dispose();
    }
}
