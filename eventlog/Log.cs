using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog;

/// <summary>Event ids 3000 to 3099. The Kafka engine has its own file and block.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Event log schema migrated to {Version}")]
    public static partial void SchemaMigrated(ILogger logger, string version);

    [LoggerMessage(3001, LogLevel.Warning, "Append of {Records} records failed; their callers are told to try again")]
    public static partial void AppendFailed(ILogger logger, int records, Exception reason);

    [LoggerMessage(3002, LogLevel.Warning, "Listening for appends was interrupted; readers poll until it is back")]
    public static partial void ListeningInterrupted(ILogger logger, Exception reason);

    [LoggerMessage(3003, LogLevel.Warning, "An append could not be announced; readers find it by polling")]
    public static partial void AnnounceFailed(ILogger logger, Exception reason);

    [LoggerMessage(3010, LogLevel.Warning, "Group {Group}: heartbeat failed")]
    public static partial void HeartbeatFailed(ILogger logger, string group, Exception reason);

    [LoggerMessage(3011, LogLevel.Error, "Group {Group}: lease ran out without a heartbeat; {Partitions} partitions lost")]
    public static partial void LeaseRanOut(ILogger logger, string group, int partitions);

    [LoggerMessage(3012, LogLevel.Information, "Group {Group}: {Assigned} partitions assigned, {Revoked} revoked, {Lost} lost")]
    public static partial void PartitionsMoved(ILogger logger, string group, int assigned, int revoked, int lost);

    [LoggerMessage(3013, LogLevel.Warning, "Group {Group}: could not leave; its partitions stay until their lease ends")]
    public static partial void LeaveFailed(ILogger logger, string group, Exception reason);

    [LoggerMessage(3020, LogLevel.Warning, "Group {Group}: poll failed; trying again")]
    public static partial void PollFailed(ILogger logger, string group, Exception reason);

    [LoggerMessage(3021, LogLevel.Warning, "Group {Group}: handling {Records} records failed, try {Attempt}; trying again")]
    public static partial void HandlingFailed(ILogger logger, string group, int records, int attempt, Exception reason);

    [LoggerMessage(3022, LogLevel.Warning, "Group {Group}: commit failed; trying again")]
    public static partial void CommitFailed(ILogger logger, string group, Exception reason);

    [LoggerMessage(3023, LogLevel.Warning, "Group {Group}: commit refused for {Partitions} partitions that another member holds")]
    public static partial void CommitFenced(ILogger logger, string group, int partitions);

    [LoggerMessage(3024, LogLevel.Warning,
        "Group {Group}: {Records} records were unfinished when the drain limit passed; they are read again")]
    public static partial void DrainLimitPassed(ILogger logger, string group, int records);

    [LoggerMessage(3025, LogLevel.Warning, "Group {Group}: lag could not be measured")]
    public static partial void LagUnknown(ILogger logger, string group, Exception reason);
}
