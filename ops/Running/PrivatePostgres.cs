using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace PaymentPipeline.Ops.Running;

/// <summary>
/// A PostgreSQL of our own in the data folder, reached by a Unix socket only, so that it meets no other server's port.
/// PostgreSQL refuses to run as root: then it runs as the user <c>postgres</c>.
/// </summary>
internal sealed class PrivatePostgres
{
    private readonly string _folder;
    private readonly string _socketFolder;
    private readonly string _programs;
    private readonly bool _asPostgresUser;
    private bool _startedByUs;

    private PrivatePostgres(string folder, string socketFolder, string programs, bool asPostgresUser)
    {
        _folder = folder;
        _socketFolder = socketFolder;
        _programs = programs;
        _asPostgresUser = asPostgresUser;
    }

    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = _socketFolder,
        Username = "pipeline",
        Database = "pipeline",
        MaxPoolSize = 40,
        IncludeErrorDetail = false,
        NoResetOnClose = true,
    }.ConnectionString;

    /// <summary>Starts it, making it first where there is none; takes over one that still runs from a killed start.</summary>
    public static async Task<PrivatePostgres> StartAsync(DirectoryInfo data, CancellationToken cancellationToken)
    {
        var asPostgresUser = Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows();
        var folder = Path.Combine(data.FullName, "postgres");
        if (asPostgresUser && !await PostgresUserReachesAsync(data.FullName, cancellationToken))
            folder = Path.Combine("/var/tmp", "paymentpipeline-" + ShortHash(folder));
        // A socket's path may have 107 bytes; "/.s.PGSQL.5432" takes 15 of them.
        var socketFolder = folder.Length <= 90 ? folder : Path.Combine("/tmp", "paymentpipeline-" + ShortHash(folder));
        var server = new PrivatePostgres(folder, socketFolder, FindPrograms(), asPostgresUser);
        await server.CreateOnceAsync(cancellationToken);
        await server.StartServerAsync(cancellationToken);
        await server.CreateDatabaseOnceAsync(cancellationToken);
        return server;
    }

    public async Task StopAsync()
    {
        if (!_startedByUs) return;
        await RunAsync("pg_ctl", ["stop", "-D", _folder, "-m", "fast", "-w"], CancellationToken.None);
    }

    private async Task CreateOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var folder in new[] { _folder, _socketFolder }.Distinct())
        {
            Directory.CreateDirectory(folder);
            if (_asPostgresUser) await Shell.RunAsync("chown", ["postgres:postgres", folder], cancellationToken);
        }
        if (File.Exists(Path.Combine(_folder, "PG_VERSION")))
        {
            await CheckVersionAsync(cancellationToken);
            return;
        }
        await RunAsync("initdb", ["-D", _folder, "-U", "pipeline", "-A", "trust", "--data-checksums", "-E", "UTF8", "--locale=C.UTF-8"],
            cancellationToken);
        await File.AppendAllTextAsync(Path.Combine(_folder, "postgresql.conf"), settings, cancellationToken);
        if (await CanCompressWalAsync(cancellationToken))
            await File.AppendAllTextAsync(Path.Combine(_folder, "postgresql.conf"), WalCompression, cancellationToken);
    }

    // Durability stays as PostgreSQL ships it: fsync, full_page_writes and synchronous_commit are on, and a backup can be taken from it.
    // min_wal_size keeps the files of one peak for the next: a new one is filled with zeros and synced before it is used, while every
    // commit waits.
    private static readonly string settings = $"""

        # PaymentPipeline: one machine, one user, a socket.
        listen_addresses = ''
        max_connections = 100
        shared_buffers = {SharedBuffersMb}MB
        max_wal_size = 4GB
        min_wal_size = 4GB
        checkpoint_timeout = 15min
        log_parameter_max_length_on_error = 0
        log_statement = none
        idle_in_transaction_session_timeout = 10s
        autovacuum_naptime = 15s

        """;

    /// <summary>
    /// An eighth of the memory: in large books every webhook changes pages from all over the indexes, and each that does not fit is written
    /// out and read again.
    /// </summary>
    private static long SharedBuffersMb =>
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8 >> 20, 128, 8 * 1024);

    // The first change of a page after a checkpoint puts all of it into the WAL: news of old payments are mostly such pages.
    private const string WalCompression = """
        wal_compression = lz4

        """;

    /// <summary>Not every build of PostgreSQL has LZ4, and one without does not start with that setting.</summary>
    private async Task<bool> CanCompressWalAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync("postgres", ["-D", _folder, "-c", "wal_compression=lz4", "-C", "wal_compression"], cancellationToken);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private async Task CheckVersionAsync(CancellationToken cancellationToken)
    {
        var made = (await File.ReadAllTextAsync(Path.Combine(_folder, "PG_VERSION"), cancellationToken)).Trim();
        var programs = await Shell.RunAsync(Path.Combine(_programs, "postgres"), ["--version"], cancellationToken);
        if (!programs.Contains($" {made}.", StringComparison.Ordinal))
            throw new UserErrorException(
                $"{_folder} was made by PostgreSQL {made}, but the one here is '{programs.Trim()}': choose another --data, or upgrade the folder with pg_upgrade.");
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        if (await IsRunningAsync(cancellationToken))
        {
            _startedByUs = true;
            return;
        }
        var log = Path.Combine(_folder, "server.log");
        try
        {
            await RunAsync("pg_ctl", ["start", "-D", _folder, "-w", "-t", "120", "-l", log, "-o", $"-k '{_socketFolder}'"],
                cancellationToken);
            _startedByUs = true;
        }
        catch (UserErrorException failure)
        {
            var said = File.Exists(log) ? File.ReadLines(log).LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal))
                : null;
            throw new UserErrorException(
                $"PostgreSQL in {_folder} does not start: {said ?? failure.Message} (its log: {log}). A folder that is beyond repair can be moved away; 'up' makes a new one.", failure);
        }
    }

    private async Task<bool> IsRunningAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync("pg_ctl", ["status", "-D", _folder], cancellationToken);
            return true;
        }
        catch (UserErrorException)
        {
            // Status 3: not running. A postmaster.pid left by a crash is handled by the server itself.
            return false;
        }
    }

    private const string DatabaseExists = "SELECT count(*) FROM pg_database WHERE datname = 'pipeline'";

    private async Task CreateDatabaseOnceAsync(CancellationToken cancellationToken)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand(DatabaseExists, connection);
        if (Convert.ToInt64(await exists.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) > 0) return;
        await using var create = new NpgsqlCommand("CREATE DATABASE pipeline", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    private Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var path = Path.Combine(_programs, program);
        return _asPostgresUser
            ? Shell.RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments], cancellationToken)
            : Shell.RunAsync(path, arguments, cancellationToken);
    }

    private static async Task<bool> PostgresUserReachesAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            await Shell.RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "test", "-x", folder],
                cancellationToken);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    private static string FindPrograms()
    {
        const string debian = "/usr/lib/postgresql";
        var candidates = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(folder =>
                int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return candidates.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new UserErrorException(
                "PostgreSQL is missing: run 'apt-get install -y postgresql' as root, or set Database__ConnectionString to a server of your own.");
    }

    private static string ShortHash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
}
