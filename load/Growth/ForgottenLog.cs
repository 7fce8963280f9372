using Npgsql;
using PaymentPipeline.EventLog;

namespace PaymentPipeline.Load.Growth;

/// <summary>
/// A new log as retention leaves an old one: it begins behind the records that told of the grown payments. Their claims have offsets
/// below 0; of the outgoing events the first of each partition is gone.
/// </summary>
internal static class ForgottenLog
{
    // Enough keys for every partition to get some.
    private const int Records = 500;

    private const string PostgresSql = """
        UPDATE eventlog.partitions
        SET first_offset = 1, next_offset = 1
        WHERE next_offset = 0 AND topic_id = (SELECT id FROM eventlog.topics WHERE name = $1)
        """;

    public static async Task MakeAsync(IEventLog log, NpgsqlDataSource database, TimeProvider time, CancellationToken cancellationToken)
    {
        if (log.Engine == "postgres")
        {
            await using var command = database.CreateCommand(PostgresSql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Topics.PaymentEvents });
            await command.ExecuteNonQueryAsync(cancellationToken);
            return;
        }
        await log.AppendAsync(
            [.. Enumerable.Range(0, Records).Select(number => new LogAppend(
                Topics.PaymentEvents, $"forgotten-{number}", [], ReadOnlyMemory<byte>.Empty))], cancellationToken);
        await log.ApplyRetentionAsync(Topics.PaymentEvents, time.GetUtcNow().AddDays(1), cancellationToken);
    }
}
