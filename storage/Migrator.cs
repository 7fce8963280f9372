using System.Globalization;
using System.Reflection;
using Dapper;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <param name="Number">From 1, without gaps.</param>
public readonly record struct Migration(int Number, string Name, string Sql);

/// <summary>
/// Brings the schema <c>books</c> to the version of this program: numbered, forward only, each migration in its own
/// transaction together with the note that it was done, so that a killed migrator leaves a whole version behind.
/// Several processes may start at once: an advisory lock lets one go first.
/// </summary>
public sealed class Migrator(NpgsqlDataSource database)
{
    // "books" in ASCII; any number will do as long as nobody else takes it.
    private const long LockKey = 0x626F6F6B73;

    /// <summary>The migrations that this program brings along, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = ReadEmbedded();

    /// <summary>Applies what is missing and returns it.</summary>
    /// <exception cref="MigrationException">The database is newer than this program.</exception>
    public async Task<IReadOnlyList<Migration>> MigrateAsync(CancellationToken cancellationToken)
    {
        var applied = new List<Migration>();
        foreach (var migration in All)
            if (await ApplyAsync(migration, cancellationToken)) applied.Add(migration);
        return applied;
    }

    private const string VersionSql = """
        SELECT CASE WHEN to_regclass('books.migrations') IS NULL THEN 0 ELSE -1 END
        """;
    private const string NewestSql = """
        SELECT coalesce(max(number), 0)
        FROM books.migrations
        """;

    /// <summary>The number of the newest migration in the database; 0 when it has none.</summary>
    public async Task<int> VersionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await VersionAsync(connection, null, cancellationToken);
    }

    private static async Task<int> VersionAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var none = await connection.ExecuteScalarAsync<int>(
            new CommandDefinition(VersionSql, transaction: transaction, cancellationToken: cancellationToken)) == 0;
        return none ? 0 : await connection.ExecuteScalarAsync<int>(
            new CommandDefinition(NewestSql, transaction: transaction, cancellationToken: cancellationToken));
    }

    // Waits for locks at most two seconds, so that a migration never queues the traffic behind itself; the advisory lock may
    // take longer, since another process may be migrating.
    private const string LockSql = """
        SET LOCAL lock_timeout = '60s';
        SELECT pg_advisory_xact_lock(@LockKey);
        SET LOCAL lock_timeout = '2s';
        """;
    private const string PrepareSql = """
        CREATE SCHEMA IF NOT EXISTS books;
        CREATE TABLE IF NOT EXISTS books.migrations (
            number      integer NOT NULL PRIMARY KEY,
            name        text NOT NULL,
            applied_at  timestamptz NOT NULL DEFAULT now()
        );
        """;
    private const string NoteSql = """
        INSERT INTO books.migrations (number, name)
        VALUES (@Number, @Name)
        """;

    private async Task<bool> ApplyAsync(Migration migration, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        Task Execute(string sql, object? parameters = null) =>
            connection.ExecuteAsync(new CommandDefinition(sql, parameters, transaction, cancellationToken: cancellationToken));

        await Execute(LockSql, new { LockKey });
        var version = await VersionAsync(connection, transaction, cancellationToken);
        if (version > All[^1].Number)
            throw new MigrationException(
                $"The database is at migration {version}, this program knows {All[^1].Number}: start the newer program instead.");
        if (version >= migration.Number) return false;
        await Execute(PrepareSql);
        await Execute(migration.Sql);
        await Execute(NoteSql, new { migration.Number, migration.Name });
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static List<Migration> ReadEmbedded()
    {
        var assembly = typeof(Migrator).Assembly;
        const string folder = ".Migrations.";
        return assembly.GetManifestResourceNames()
            .Where(name => name.Contains(folder, StringComparison.Ordinal))
            .Select(name => Read(assembly, name, name[(name.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..]))
            .OrderBy(migration => migration.Number)
            .ToList();
    }

    private static Migration Read(Assembly assembly, string resource, string file)
    {
        var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The embedded migration {resource} cannot be opened.");
        using var reader = new StreamReader(stream);
        return new Migration(int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture), file, reader.ReadToEnd());
    }
}
