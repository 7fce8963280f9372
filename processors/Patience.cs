using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors;

/// <summary>Waits a database out that is down, full or restarting: the same again, for ever, with growing pauses and jitter.</summary>
internal static class Patience
{
    private static readonly TimeSpan pauseMax = TimeSpan.FromSeconds(5);

    /// <param name="retried">Told of each failure and of the pause that follows.</param>
    /// <exception cref="Exception">Whatever is not the database's unavailability.</exception>
    public static async Task<T> ForAsync<T>(
        Func<Task<T>> action, Action<Exception, TimeSpan> retried, TimeProvider time, CancellationToken cancellationToken)
    {
        for (var tried = 0; ; tried++)
        {
            try
            {
                return await action();
            }
            catch (Exception exception) when (DatabaseErrors.Classify(exception) == DatabaseErrorKind.Unavailable)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var longest = Math.Min(pauseMax.TotalMilliseconds, 50 * Math.Pow(2, Math.Min(tried, 10)));
                var pause = TimeSpan.FromMilliseconds(longest * (0.5 + Random.Shared.NextDouble() / 2));
                retried(exception, pause);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }
}
