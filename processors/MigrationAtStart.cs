using Microsoft.Extensions.Options;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors;

/// <summary>
/// Applies missing migrations when the service starts, and waits for a database that is not there yet. A database newer than
/// this program stops the host. Until it is done the service is not ready, and its work is retried.
/// </summary>
internal sealed class MigrationAtStart(
    Migrator migrator, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<MigrationAtStart> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.MigrateAtStart) return;
        var applied = await Patience.ForAsync(() => migrator.MigrateAsync(stoppingToken), Retried, time, stoppingToken);
        foreach (var migration in applied) Log.Migrated(logger, migration.Name);
    }

    private void Retried(Exception exception, TimeSpan pause) => Log.DatabaseUnavailable(
        logger, exception.GetType().Name, DatabaseErrors.Describe(exception), pause.TotalMilliseconds);
}
