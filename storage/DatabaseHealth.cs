using Dapper;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>Says whether the database is there, takes writes, keeps what it acknowledges, and is of our version.</summary>
public sealed class DatabaseHealth(NpgsqlDataSource database, Migrator migrator)
{
    private const string SettingsSql = """
        SELECT pg_is_in_recovery() AS "IsStandby",
            current_setting('fsync') AS "Fsync",
            current_setting('full_page_writes') AS "FullPageWrites",
            current_setting('synchronous_commit') AS "SynchronousCommit",
            current_setting('data_checksums') AS "DataChecksums"
        """;

    private sealed record Settings(bool IsStandby, string Fsync, string FullPageWrites, string SynchronousCommit, string DataChecksums);

    /// <summary>Null when all is well; else one sentence for people.</summary>
    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var settings = await connection.QuerySingleAsync<Settings>(
                new CommandDefinition(SettingsSql, cancellationToken: cancellationToken));
            return Judge(settings) ?? JudgeVersion(await migrator.VersionAsync(cancellationToken));
        }
        catch (Exception exception) when (DatabaseErrors.Classify(exception) is not null)
        {
            return $"The database does not answer ({exception.GetType().Name}).";
        }
    }

    private static string? Judge(Settings settings) => settings switch
    {
        { IsStandby: true } => "The database is a standby and takes no writes.",
        { Fsync: "off" } => "The database has fsync off: it would lose what it acknowledged.",
        { FullPageWrites: "off" } => "The database has full_page_writes off: a power failure would break its pages.",
        { SynchronousCommit: "off" } => "The database has synchronous_commit off: it would lose what it acknowledged.",
        { DataChecksums: "off" } => "The database has no data checksums (initdb --data-checksums): it would not notice a broken disk.",
        _ => null,
    };

    private static string? JudgeVersion(int version)
    {
        var known = Migrator.All[^1].Number;
        return version == known ? null
            : version < known ? $"The database is at migration {version} of {known}: run the migrations."
            : $"The database is at migration {version}, this program knows {known}: it is too old.";
    }
}
