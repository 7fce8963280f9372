using System.Reflection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>Brings the log's schema up to date, makes topics, and looks whether the server keeps what it acknowledges.</summary>
internal sealed class LogSchema(LogDatabase database, EventLogOptions options, ILogger logger)
{
    private const string LockSql = """
        SELECT pg_advisory_xact_lock(hashtextextended('eventlog.migrations', 0))
        """;

    private const string BootstrapSql = """
        CREATE SCHEMA IF NOT EXISTS eventlog;
        CREATE TABLE IF NOT EXISTS eventlog.migrations (
            version    text PRIMARY KEY,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """;

    private const string ClaimSql = """
        INSERT INTO eventlog.migrations (version)
        VALUES ($1)
        ON CONFLICT DO NOTHING
        """;

    private const string AddTopicsSql = """
        SELECT eventlog.add_topic(name, $2, $3)
        FROM unnest($1) AS name
        ORDER BY name
        """;

    /// <summary>One transaction under one lock: two processes that start together do not get in each other's way.</summary>
    public Task<int> EnsureAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken) => database.RunControlAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            await ExecuteAsync(connection, LockSql, token);
            await ExecuteAsync(connection, BootstrapSql, token);
            foreach (var (version, sql) in Migrations())
            {
                if (await ExecuteAsync(connection, ClaimSql, token, version) == 0) continue;
                await ExecuteAsync(connection, sql, token);
                Log.SchemaMigrated(logger, version);
            }
            await ExecuteAsync(
                connection, AddTopicsSql, token, topics.ToArray(), (short)options.Partitions, options.Postgres.DaysAhead);
            await transaction.CommitAsync(token);
            return topics.Count;
        },
        cancellationToken);

    private const string SettingsSql = """
        SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
            current_setting('data_checksums'), current_setting('default_transaction_read_only'), pg_is_in_recovery()
        """;

    /// <summary>One sentence that says why the server would lose or not take records; null when it is sound.</summary>
    public Task<string?> FindFaultAsync(CancellationToken cancellationToken) => database.RunControlAsync(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(SettingsSql, connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            if (reader.GetString(0) != "on") return "PostgreSQL runs with fsync off and would lose acknowledged records: turn it on.";
            if (reader.GetString(1) != "on")
                return "PostgreSQL runs with full_page_writes off: a torn page would lose records; turn it on.";
            if (reader.GetString(2) is not ("on" or "remote_apply"))
                return $"PostgreSQL runs with synchronous_commit {reader.GetString(2)} and acknowledges before it is durable: set it to on.";
            if (reader.GetString(3) != "on") return "PostgreSQL runs without data checksums: enable them with pg_checksums --enable.";
            if (reader.GetBoolean(5)) return "PostgreSQL is in recovery and takes no records: name the primary.";
            return reader.GetString(4) == "on" ? "PostgreSQL is read-only (default_transaction_read_only) and takes no records." : null;
        },
        cancellationToken);

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken token, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync(token);
    }

    private static IEnumerable<(string Version, string Sql)> Migrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name);
            if (stream is null || !char.IsAsciiDigit(name[0])) continue;
            using var text = new StreamReader(stream);
            yield return (name, text.ReadToEnd());
        }
    }
}
