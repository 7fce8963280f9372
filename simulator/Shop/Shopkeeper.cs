using PaymentPipeline.Simulator.PayPal;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>Holds the one run that may be under way, and what it needs: secrets, certificates, the truth folder.</summary>
internal sealed class Shopkeeper(
    string dataFolder, SimulatorSecrets secrets, PayPalCertificates certificates, Uri self, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();

    public ShopRun? Current { get; private set; }

    /// <summary>Null while another run is under way.</summary>
    public ShopRun? TryStart(ShopOptions options)
    {
        lock (_lock)
        {
            if (Current is { Completion.IsCompleted: false }) return null;
            Current?.Dispose();
            var signing = new Signing(secrets, certificates, self, time);
            return Current = new ShopRun(options, signing, Path.Combine(dataFolder, "truth"), time);
        }
    }

    public async Task StopAsync()
    {
        if (Current is not { } run) return;
        run.Stop();
        await run.Completion;
    }

    public void Dispose() => Current?.Dispose();
}
