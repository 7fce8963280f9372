using Microsoft.Extensions.Options;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors;

/// <summary>
/// Applies missing migrations when the service starts, and waits for a database that is not there yet. A database newer than
/// this program stops the host. The other loops wait for <see cref="Done"/>; until then the service is not ready.
/// </summary>
internal sealed class MigrationAtStart(
    Migrator migrator, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<MigrationAtStart> logger) : BackgroundService
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.MigrateAtStart)
        {
            var applied = await Patience.ForAsync(() => migrator.MigrateAsync(stoppingToken), Retried, time, stoppingToken);
            foreach (var migration in applied) Log.Migrated(logger, migration.Name);
        }
        _done.SetResult();
    }

    private void Retried(Exception exception, TimeSpan pause) => Log.DatabaseUnavailable(
        logger, exception.GetType().Name, DatabaseErrors.Describe(exception), pause.TotalMilliseconds);
}
