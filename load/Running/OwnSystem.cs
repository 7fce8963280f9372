using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using PaymentPipeline.Load.Profiles;

namespace PaymentPipeline.Load.Running;

/// <summary>
/// A system for one run: <c>./pipeline up --idle</c> in a folder of its own, with its private PostgreSQL, gone in the end.
/// </summary>
internal sealed class OwnSystem : IAsyncDisposable
{
    private const string Ready = "Running.";
    private const int PortsFrom = 18080;
    private const int PortsEach = 10;
    private static readonly TimeSpan stopsWithin = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly bool _keep;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _said = [];
    private string? _databaseFolder;

    private OwnSystem(Process process, DirectoryInfo data, bool keep) => (_process, Data, _keep) = (process, data, keep);

    public DirectoryInfo Data { get; }

    /// <summary>A line of <c>up</c> after it was ready: a service died and was started again.</summary>
    public Action<string> Report { get; set; } = _ => { };

    public static async Task<OwnSystem> StartAsync(RunSettings settings, CancellationToken cancellationToken)
    {
        // Not /tmp, which may be memory: what is not on a disk is not durable.
        var data = Directory.CreateDirectory(Path.Combine("/var/tmp", string.Create(
            CultureInfo.InvariantCulture, $"paymentpipeline-load-{Environment.ProcessId}-{Stopwatch.GetTimestamp() % 1_000_000}")));
        var ports = Invariant(FreePorts());
        var start = Ops.Session("up", "--idle", "--engine", settings.Engine, "--port-base", ports, "--data", data.FullName,
            "--ingresses", Invariant(settings.Ingresses), "--processors", Invariant(settings.Processors));
        var system = new OwnSystem(Process.Start(start)!, data, settings.Keep);
        try
        {
            system.Listen();
            await system._ready.Task.WaitAsync(TimeSpan.FromMinutes(5), cancellationToken);
            var connectionString = RunningSystem.Read(data).ConnectionString;
            system._databaseFolder = await DatabaseFolderAsync(connectionString, cancellationToken);
            await FillWalAsync(connectionString, cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signals.Send(_process.Id, Signals.Terminate);
            try
            {
                using var limit = new CancellationTokenSource(stopsWithin);
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        _process.Dispose();
        if (_keep) return;
        Data.Delete(recursive: true);
        // Where the user postgres cannot reach the data folder, its own is elsewhere.
        if (_databaseFolder is not null && Directory.Exists(_databaseFolder)) Directory.Delete(_databaseFolder, recursive: true);
    }

    private void Listen()
    {
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) =>
        {
            lock (_said)
                _ready.TrySetException(new UserErrorException($"The system did not start: {_said.LastOrDefault() ?? "it said nothing"}"));
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (_said) _said.Add(line);
        if (_ready.Task.IsCompleted) Report(line);
        else if (line.StartsWith(Ready, StringComparison.Ordinal)) _ready.TrySetResult();
    }

    // Nearly the 4 GB that min_wal_size keeps.
    private const string FillWalSql = """
        SELECT count(pg_logical_emit_message(false, 'load', repeat('0', 1 << 20)))
        FROM generate_series(1, 3700)
        """;

    /// <summary>
    /// A server that has run for a day has its WAL files; one that was made a minute ago makes each while the commits wait. What is
    /// measured is the server of the second day.
    /// </summary>
    private static async Task FillWalAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        foreach (var sql in new[] { FillWalSql, "CHECKPOINT" })
        {
            await using var command = database.CreateCommand(sql);
            command.CommandTimeout = 300;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<string> DatabaseFolderAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand("SHOW data_directory");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static int FreePorts()
    {
        for (var first = PortsFrom; first < 60000; first += PortsEach)
            if (Enumerable.Range(first, PortsEach).All(IsFree)) return first;
        throw new UserErrorException("No ten ports in a row are free.");
    }

    private static string Invariant(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port) { ExclusiveAddressUse = false };
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
