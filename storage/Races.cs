using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>Does a transaction again that lost a race, some times, before its data is blamed.</summary>
internal sealed class Races(TimeProvider time, StorageMetrics metrics, ILogger logger)
{
    private const int TriesMax = 5;

    public async Task<T> RetryAsync<T>(Func<Task<T>> transaction, CancellationToken cancellationToken)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                return await transaction();
            }
            catch (PostgresException exception)
                when (tried < TriesMax && DatabaseErrors.Classify(exception) == DatabaseErrorKind.Race)
            {
                metrics.Raced(exception.SqlState);
                Log.Raced(logger, exception.SqlState, exception.ConstraintName, tried);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(2, 10 << tried)), time, cancellationToken);
            }
        }
    }
}
