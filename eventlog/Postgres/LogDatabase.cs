using System.Net.Sockets;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// The connections of the log. Signs of life and wake-ups have a small pool of their own, so that a flood of appends or
/// a slow reader cannot cost a consumer its leases. So have appends, with as many connections as appends under way: a pool uses all that
/// it has in turn, and a server process that comes last of sixteen finds none of what it needs in the processor's caches. Every failure
/// of the database leaves as <see cref="EventLogUnavailableException"/>.
/// </summary>
internal sealed class LogDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource data;
    private readonly NpgsqlDataSource appends;
    private readonly NpgsqlDataSource control;
    private readonly string listening;

    /// <param name="appendsInFlight">At most.</param>
    public LogDatabase(string connectionString, TimeSpan appendTimeout, int appendsInFlight)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "paymentpipeline-eventlog",
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            // The log sets no session state that would have to be reset.
            NoResetOnClose = true,
            // A link that is half open must trip within ten seconds.
            KeepAlive = 5,
            Timeout = 3,
            CancellationTimeout = 1_000,
            // Half of the time an append may take is for the queue, half for the database.
            CommandTimeout = Math.Max(1, (int)(appendTimeout.TotalSeconds / 2)),
            MaxPoolSize = 16,
            // Batches are megabytes; the usual 8 KiB would cost a system call for every three records.
            ReadBufferSize = 131_072,
            WriteBufferSize = 131_072,
        };
        data = NpgsqlDataSource.Create(settings);
        listening = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Pooling = false }.ConnectionString;
        settings.MaxPoolSize = appendsInFlight;
        appends = NpgsqlDataSource.Create(settings);
        settings.MaxPoolSize = 4;
        control = NpgsqlDataSource.Create(settings);
    }

    /// <summary>A connection outside the pools, for LISTEN.</summary>
    public NpgsqlConnection CreateListeningConnection() => new(listening);

    public Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RunOnAsync(data, work, cancellationToken);

    public Task<T> RunAppendAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RunOnAsync(appends, work, cancellationToken);

    public Task<T> RunControlAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RunOnAsync(control, work, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await data.DisposeAsync();
        await appends.DisposeAsync();
        await control.DisposeAsync();
    }

    private async Task<T> RunOnAsync<T>(
        NpgsqlDataSource source, Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await work(connection, cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.UndefinedTable
            or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName)
        {
            throw new EventLogException("The log's tables are not there: run ./pipeline migrate.", refused);
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            if (failure.GetBaseException() is IOException or SocketException) ForgetConnections();
            throw new EventLogUnavailableException($"The log's database did not answer: {failure.Message}", failure);
        }
    }

    /// <summary>A server that went away took all connections with it: one caller hears of it, not one for each of them.</summary>
    private void ForgetConnections()
    {
        data.Clear();
        appends.Clear();
        control.Clear();
    }
}
