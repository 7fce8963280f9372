using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Api;

/// <summary>
/// What the gateways' APIs stand on together: one lock for all their books (handlers run one at a time, so that money cannot be
/// taken twice by a race of the simulator's own), the truth, the webhooks, and the clock.
/// </summary>
internal sealed class ApiFloor : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskTracker _later = new();

    public ApiFloor(string dataFolder, SimulatorSecrets secrets, Signing signing, Uri self, TimeProvider time)
    {
        (Secrets, Self, Time) = (secrets, self, time);
        Truth = new ApiTruth(Path.Combine(dataFolder, "truth", "api"), Lock);
        Webhooks = new ApiWebhooks(this, signing);
    }

    public Lock Lock { get; } = new();
    public SimulatorSecrets Secrets { get; }

    /// <summary>Where the simulator is reached from outside: for pages that a payer is sent to.</summary>
    public Uri Self { get; }
    public TimeProvider Time { get; }
    public ApiTruth Truth { get; }
    public ApiWebhooks Webhooks { get; }

    /// <summary>For identifiers; under the lock. Not seeded: the books of a simulator that was started anew get other ids.</summary>
    public Random Random { get; } = new();

    public IReadOnlyDictionary<string, Faults> Faults { get; } =
        new Dictionary<string, Faults> { ["stripe"] = new(), ["adyen"] = new(), ["paypal"] = new() };

    /// <summary>Does something that no request asked for (a payer's click), under the lock, and sends the webhooks it tells.</summary>
    public void Act(Action<Action<Telling>> what)
    {
        List<Telling> tellings = [];
        lock (Lock)
        {
            what(telling =>
            {
                telling.About?.Promise();
                tellings.Add(telling);
            });
            Truth.WriteSettled();
        }
        Webhooks.Send(tellings);
    }

    /// <summary>The same after a while: what takes a gateway its time.</summary>
    public void Later(TimeSpan pause, Action<Action<Telling>> what) => _later.Add(LaterAsync(pause, what));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _later.WhenAllAsync();
        await Webhooks.DisposeAsync();
        Truth.Dispose();
        _stop.Dispose();
    }

    private async Task LaterAsync(TimeSpan pause, Action<Action<Telling>> what)
    {
        try
        {
            await Task.Delay(pause, Time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The simulator ends: what was still to come does not.
            return;
        }
        Act(what);
    }
}
