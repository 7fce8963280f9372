using PaymentPipeline.Simulator.Adyen.Api;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.PayPal;
using PaymentPipeline.Simulator.PayPal.Api;
using PaymentPipeline.Simulator.Shop;
using PaymentPipeline.Simulator.Stripe.Api;

namespace PaymentPipeline.Simulator;

/// <summary>
/// The one port of the simulator, with the gateways' own paths at its root: their APIs and PayPal's certificates. What is not a
/// gateway's is below <c>/shop</c> and <c>/simulator</c>.
/// </summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorHost(WebApplication app, Shopkeeper shop, ApiFloor floor) => (_app, Shop, Floor) = (app, shop, floor);

    public Shopkeeper Shop { get; }
    public ApiFloor Floor { get; }

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
        var self = address ?? new Uri($"http://127.0.0.1:{port}");
        var shop = new Shopkeeper(dataFolder, secrets, certificates, self, time);
        var floor = new ApiFloor(dataFolder, secrets, new Signing(secrets, certificates, self, time), self, time);
        GatewayApi[] gateways = [new StripeApi(floor), new AdyenApi(floor), new PayPalApi(floor)];

        app.MapGet("/health/live", () => Results.Text("ok\n"));
        app.MapGet(PayPalCertificates.Path + "{name}", (string name) =>
            name == certificates.Name ? Results.Text(certificates.Pem, "application/x-pem-file") : Results.NotFound());
        app.MapShop(shop);
        app.MapSimulatorControl(floor, gateways);
        foreach (var gateway in gateways) gateway.Map(app);
        await app.StartAsync();
        return new SimulatorHost(app, shop, floor);
    }

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Shop.StopAsync();
        await _app.DisposeAsync();
        await Floor.DisposeAsync();
        Shop.Dispose();
    }
}
