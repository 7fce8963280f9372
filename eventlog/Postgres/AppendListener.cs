using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>The process's one LISTEN connection; made with the first reader that waits, made again when it breaks.</summary>
internal sealed class AppendListener(
    LogDatabase database, string instance, AppendSignal signal, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private Task? running;

    public void EnsureStarted()
    {
        if (running is not null) return;
        lock (gate) running ??= RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (running is not null) await running;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Whatever it was, readers keep polling; listening is tried again until the process stops.
                Log.ListeningInterrupted(logger, failure);
                var pause = ReconnectPause * (1 + Random.Shared.NextDouble());
                await Task.WhenAny(Task.Delay(pause, time, stopping.Token));
            }
        }
    }

    private const string ListenSql = "LISTEN eventlog";

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.CreateListeningConnection();
        connection.Notification += (_, received) => Wake(received.Payload);
        await connection.OpenAsync(cancellationToken);
        await using (var listen = new NpgsqlCommand(ListenSql, connection)) await listen.ExecuteNonQueryAsync(cancellationToken);
        // What was announced while nobody listened is not announced again.
        signal.WakeAll();
        while (true) await connection.WaitAsync(cancellationToken);
    }

    private void Wake(string payload)
    {
        var names = payload.Split('\n');
        if (names[0] == instance) return;
        foreach (var name in names.AsSpan(1)) signal.Wake(name);
    }
}
