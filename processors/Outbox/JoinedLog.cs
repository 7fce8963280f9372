using Microsoft.Extensions.Configuration;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Postgres;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Outbox;

/// <summary>The log in PostgreSQL as the books see it when it is in their own database.</summary>
internal sealed class JoinedLog(PostgresEventLog log) : IJoinedLog
{
    /// <summary>Whether the configuration puts log and books into one database.</summary>
    public static bool IsConfigured(IConfiguration configuration)
    {
        var log = configuration["EventLog:Postgres:ConnectionString"];
        var books = configuration["Database:ConnectionString"];
        return configuration["EventLog:Engine"] is null or "postgres"
            && (string.IsNullOrEmpty(log) || log == books || DatabaseOf(log) is { } one && one == DatabaseOf(books));
    }

    /// <summary>Null when it cannot be read, which is refused at the start.</summary>
    private static (string?, int, string?)? DatabaseOf(string? connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return (settings.Host, settings.Port, settings.Database);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static readonly string[] topics = [Topics.PaymentEvents, Topics.DeadWebhooks];

    public ValueTask PrepareAsync(CancellationToken cancellationToken) => log.LoadTopicsAsync(topics, cancellationToken);

    public void AddAppend(NpgsqlBatch batch, IReadOnlyList<StagedEvent> events)
    {
        var records = new LogAppend[events.Count];
        for (var i = 0; i < records.Length; i++) records[i] = EventRecord.Of(events[i]);
        log.AddAppend(batch, records);
    }

    public void AddAnnouncement(NpgsqlBatch batch) => log.AddAnnouncement(batch, topics);

    public void Announce(bool isTold) => log.Announce(topics, isTold);
}
