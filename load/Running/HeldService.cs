using Npgsql;

namespace PaymentPipeline.Load.Running;

/// <summary>
/// The processors stopped in their tracks (SIGSTOP) and, when disposed, running on as if nothing had been: warm, with their
/// connections. Stopped only at a moment at which they hold no transaction open, so that nobody waits for their locks.
/// </summary>
internal sealed class HeldService : IDisposable
{
    private const int TriesMax = 100;

    // A client in a transaction, or at work, that is not us. Their listeners are idle.
    private const string BusySql = """
        SELECT count(*)
        FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'
        """;

    private readonly int[] _processIds;

    private HeldService(int[] processIds) => _processIds = processIds;

    public static async Task<HeldService> HoldAsync(
        Services services, IEnumerable<string> held, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        int[] ids = [.. held.Select(service =>
            services.ProcessId(service) ?? throw new UserErrorException($"{service} does not run."))];
        for (var tries = 0; tries < TriesMax; tries++)
        {
            Send(ids, Signals.Stop);
            // What they had sent to the server before is done in no time.
            await Task.Delay(20, CancellationToken.None);
            await using var command = database.CreateCommand(BusySql);
            if ((long)(await command.ExecuteScalarAsync(CancellationToken.None))! == 0) return new HeldService(ids);
            Send(ids, Signals.Continue);
            await Task.Delay(50, cancellationToken);
        }
        throw new UserErrorException("The processors were never without work: is somebody else using this system?");
    }

    public void Dispose() => Send(_processIds, Signals.Continue);

    private static void Send(int[] processIds, int signal)
    {
        foreach (var id in processIds) Signals.Send(id, signal);
    }
}
