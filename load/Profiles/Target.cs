using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Profiles;

/// <summary>The system under test: one that runs already, or one of its own that ends with the run.</summary>
internal sealed class Target : IAsyncDisposable
{
    private readonly OwnSystem? _own;

    private Target(RunningSystem system, OwnSystem? own)
    {
        (System, _own) = (system, own);
        Backlog = new Backlog(system);
        Services = new Services(system);
    }

    public RunningSystem System { get; }
    public Backlog Backlog { get; }
    public Services Services { get; }

    /// <summary>What <c>up</c> says from now on; of a system that was there before, nothing.</summary>
    public void Listen(Action<string> report)
    {
        if (_own is not null) _own.Report = report;
    }

    public static async Task<Target> OpenAsync(RunSettings settings, Action<string> say, CancellationToken cancellationToken)
    {
        if (settings.Data is { } data) return new Target(RunningSystem.Read(data), own: null);
        say($"Starting a system of its own on {settings.Engine} ...");
        var own = await OwnSystem.StartAsync(settings, cancellationToken);
        if (settings.Keep) say($"Its folder, which is kept: {own.Data.FullName}");
        return new Target(RunningSystem.Read(own.Data), own);
    }

    public async ValueTask DisposeAsync()
    {
        await Backlog.DisposeAsync();
        if (_own is not null) await _own.DisposeAsync();
    }
}
