using PaymentPipeline.Simulator;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Simulator;

/// <summary>
/// The gateways' own clients understand the simulator, and it refuses what they are refused: so it is held to something that we did
/// not write. The flows are in <c>tests/vendor-sdks</c>.
/// </summary>
public sealed class VendorSdkTests : IAsyncLifetime
{
    private readonly SimulatorUnderTest _simulator = new();

    public Task InitializeAsync() => _simulator.InitializeAsync();

    public Task DisposeAsync() => _simulator.DisposeAsync();

    [VendorSdkFact]
    public Task Stripes_own_client_pays_captures_refunds_and_saves_at_the_simulator() => RunAsync("stripe.mjs");

    [VendorSdkFact]
    public Task Adyens_own_client_pays_captures_refunds_and_saves_at_the_simulator() => RunAsync("adyen.mjs");

    [VendorSdkFact]
    public Task PayPals_own_client_pays_captures_refunds_and_saves_at_the_simulator() => RunAsync("paypal.mjs");

    private async Task RunAsync(string script)
    {
        var environment = new Dictionary<string, string>
        {
            ["SIMULATOR_URL"] = _simulator.Address.ToString(),
            ["SIMULATOR_SECRETS"] = Path.Combine(_simulator.Folder, SimulatorSecrets.File),
        };
        var (status, output) = await Task.Run(() => VendorSdkFactAttribute.Run("node", script, environment));

        Assert.True(status == 0, output);
    }
}
