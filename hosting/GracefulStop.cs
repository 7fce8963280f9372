using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PaymentPipeline.Hosting.Health;

namespace PaymentPipeline.Hosting;

/// <summary>
/// On SIGTERM: 1. readiness goes off, 2. the delay passes while requests are still served, 3. the host stops its services
/// (the server takes no new requests and lets those in flight end), at most <see cref="StopOptions.DrainAtMost"/>.
/// </summary>
internal sealed class GracefulStop(Readiness readiness, IOptions<StopOptions> options, TimeProvider time) : IHostedLifecycleService
{
    private readonly TimeSpan _delay = TimeSpan.FromSeconds(options.Value.DelaySeconds);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        readiness.Stop();
        if (_delay > TimeSpan.Zero) await Task.Delay(_delay, time, cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
