namespace PaymentPipeline.Processors;

/// <summary>Ids 4000 to 4099.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Error, "{Count} dead letters: {Reasons}.")]
    public static partial void Quarantined(ILogger logger, int count, string reasons);

    [LoggerMessage(4001, LogLevel.Warning, "A batch of {Count} records was refused ({Error}) and is tried in halves.")]
    public static partial void Split(ILogger logger, int count, string error);

    [LoggerMessage(4002, LogLevel.Warning, "The record {Topic}/{Partition}@{Offset} was refused, try {Tries} ({Error}).")]
    public static partial void Refused(ILogger logger, string topic, int partition, long offset, int tries, string error);

    [LoggerMessage(4003, LogLevel.Warning, "The database is not available ({Error}: {Description}); the next try is in {PauseMs} ms.")]
    public static partial void DatabaseUnavailable(ILogger logger, string error, string description, double pauseMs);

    [LoggerMessage(4010, LogLevel.Warning, "Publishing failed ({Error}); the next try is in {PauseMs} ms.")]
    public static partial void PublishFailed(ILogger logger, string error, double pauseMs);

    [LoggerMessage(4011, LogLevel.Warning, "{Count} published events stay: another publisher took their shards over.")]
    public static partial void LeaseLost(ILogger logger, int count);

    [LoggerMessage(4012, LogLevel.Information, "Publishing {Count} of the outbox's shards.")]
    public static partial void LeasesChanged(ILogger logger, int count);

    [LoggerMessage(4020, LogLevel.Warning, "Maintenance failed ({Error}) and is tried again.")]
    public static partial void MaintenanceFailed(ILogger logger, string error);

    [LoggerMessage(4021, LogLevel.Information, "{Count} facts waited too long for their payment and became external payments.")]
    public static partial void TakenInAsExternal(ILogger logger, int count);

    [LoggerMessage(4022, LogLevel.Information, "Migration {Name} applied.")]
    public static partial void Migrated(ILogger logger, string name);

    [LoggerMessage(4030, LogLevel.Warning, "The event log is not available ({Error}); the next try is in {PauseMs} ms.")]
    public static partial void LogUnavailable(ILogger logger, string error, double pauseMs);

    [LoggerMessage(4031, LogLevel.Warning, "No gateway is configured: no webhooks are read, events are published all the same.")]
    public static partial void NoGateways(ILogger logger);
}
