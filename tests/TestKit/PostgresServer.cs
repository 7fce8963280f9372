using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace PaymentPipeline.TestKit;

/// <summary>
/// A real, private PostgreSQL with the settings of production (fsync, data checksums). <see cref="SharedAsync"/> gives
/// the one of this test run; <see cref="StartNewAsync"/> one to break. Removed at exit; what a killed run leaves behind
/// is removed by the next start. <c>PIPELINE_TEST_POSTGRES</c> (a connection string) names a running server instead.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string FolderPrefix = "pipeline-test-pg-";
    private static readonly Lazy<Task<PostgresServer>> shared = new(StartSharedAsync);

    private readonly string? folder;
    private readonly string administrator;

    private PostgresServer(string? folder, string administrator, int port) =>
        (this.folder, this.administrator, Port) = (folder, administrator, port);

    public int Port { get; }

    /// <summary>The data folder, which also holds the Unix socket and <c>server.log</c>; null when the server is not ours.</summary>
    public string? DataFolder => folder is null ? null : Path.Combine(folder, "data");

    /// <summary>The one server of this test run.</summary>
    public static Task<PostgresServer> SharedAsync() => shared.Value;

    /// <summary>A server of the caller's own, to stop, kill and start again.</summary>
    public static Task<PostgresServer> StartNewAsync() => StartInNewFolderAsync();

    /// <summary>Creates an empty database and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";
        await using var connection = new NpgsqlConnection(administrator);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(administrator)
        {
            Database = name, Pooling = true, MaxPoolSize = 40, ConnectionIdleLifetime = 15, IncludeErrorDetail = true,
        }.ConnectionString;
    }

    /// <summary>Waits for sessions to be cut and writes a checkpoint: a planned restart.</summary>
    public void StopFast() => PgCtl("stop", "-m", "fast");

    /// <summary>Stops at once without a checkpoint, as a crash does: the next start recovers from the write-ahead log.</summary>
    public void StopImmediately() => PgCtl("stop", "-m", "immediate");

    public void Start() => StartServer(OwnFolder, Port);

    public ValueTask DisposeAsync()
    {
        if (folder is not null) Remove(folder);
        return ValueTask.CompletedTask;
    }

    private string OwnFolder =>
        folder ?? throw new InvalidOperationException("PIPELINE_TEST_POSTGRES names a server that is not ours to stop.");

    private void PgCtl(params string[] arguments) =>
        PostgresBinaries.Run("pg_ctl", ["-D", Path.Combine(OwnFolder, "data"), "-w", .. arguments]);

    private static async Task<PostgresServer> StartSharedAsync()
    {
        var running = Environment.GetEnvironmentVariable("PIPELINE_TEST_POSTGRES");
        if (string.IsNullOrWhiteSpace(running)) return await StartInNewFolderAsync();
        var given = new NpgsqlConnectionStringBuilder(running) { Pooling = false };
        return new PostgresServer(null, given.ConnectionString, given.Port);
    }

    private static async Task<PostgresServer> StartInNewFolderAsync()
    {
        RemoveStale();
        var unique = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("n")[^8..];
        var folder = Path.Combine(DiskFolder(), $"{FolderPrefix}{Environment.ProcessId}-{unique}");
        PostgresBinaries.CreateFolder(folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder);
        var data = Path.Combine(folder, "data");
        PostgresBinaries.Run("initdb", ["-D", data, "-k", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);
        var port = FreePort();
        StartServer(folder, port);
        var server = new PostgresServer(folder, $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Pooling=false", port);
        await Eventually.Async(server.AnswersAsync, TimeSpan.FromSeconds(30));
        return server;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await using var connection = new NpgsqlConnection(administrator);
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static void StartServer(string folder, int port)
    {
        var data = Path.Combine(folder, "data");
        string[] settings =
        [
            $"port={port}", "listen_addresses=127.0.0.1", $"unix_socket_directories={data}", "max_connections=250", "fsync=on",
            "full_page_writes=on", "synchronous_commit=on", "shared_buffers=256MB", "max_wal_size=2GB", "timezone=UTC",
        ];
        var options = string.Join(' ', settings.Select(setting => $"-c {setting}"));
        PostgresBinaries.Run("pg_ctl", ["-D", data, "-w", "-t", "60", "-l", Path.Combine(data, "server.log"), "-o", options, "start"]);
    }

    private static void Remove(string folder)
    {
        if (!Directory.Exists(folder)) return;
        var data = Path.Combine(folder, "data");
        if (File.Exists(Path.Combine(data, "postmaster.pid")))
            PostgresBinaries.TryRun("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A folder of another user, or a server still going down: the next run's start removes it.
        }
    }

    /// <summary>Folders carry the id of the process that made them; one whose process is gone is what a killed run left.</summary>
    private static void RemoveStale()
    {
        foreach (var stale in Directory.GetDirectories(DiskFolder(), $"{FolderPrefix}*"))
        {
            var owner = Path.GetFileName(stale)[FolderPrefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}")) Remove(stale);
        }
    }

    /// <summary>fsync on a memory file system proves nothing, so a folder on a disk is looked for.</summary>
    private static string DiskFolder()
    {
        string[] candidates = ["/var/tmp", Path.GetTempPath(), Directory.GetCurrentDirectory()];
        return candidates.FirstOrDefault(c => Directory.Exists(c) && new DriveInfo(c).DriveFormat is not ("tmpfs" or "ramfs"))
            ?? throw new InvalidOperationException($"None of {string.Join(", ", candidates)} is on a disk.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
