using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>Rings when the feed grew: one listening connection per process, however many readers wait.</summary>
public sealed class FeedSignal(NpgsqlDataSource database, TimeProvider time, ILogger<FeedSignal> logger)
{
    private static readonly TimeSpan reconnectPause = TimeSpan.FromMilliseconds(500);
    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes with the next ring. Take it before reading, so that what comes meanwhile is not missed.</summary>
    public Task Next => _next.Task;

    /// <summary>
    /// Listens until cancelled; a broken connection is made again. Readers poll beside it, so that a lost ring costs time only.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Log.FeedListeningInterrupted(logger, DatabaseErrors.Describe(failure));
                await Task.Delay(reconnectPause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private const string ListenSql = "LISTEN " + EventFeed.Channel;

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, _) => Ring();
        await using (var listen = new NpgsqlCommand(ListenSql, connection)) await listen.ExecuteNonQueryAsync(cancellationToken);
        // What was told while nobody listened is not told again.
        Ring();
        while (true) await connection.WaitAsync(cancellationToken);
    }

    private void Ring() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
