using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>Event ids 3100 to 3199.</summary>
internal static partial class Log
{
    [LoggerMessage(3100, LogLevel.Information, "Kafka engine: {Client}")]
    public static partial void Started(ILogger logger, string client);

    [LoggerMessage(3101, LogLevel.Warning, "Kafka client {Name}: {Message}")]
    public static partial void ClientWarning(ILogger logger, string name, string message);

    [LoggerMessage(3102, LogLevel.Debug, "Kafka client {Name}: {Message}")]
    public static partial void ClientDebug(ILogger logger, string name, string message);

    [LoggerMessage(3103, LogLevel.Error, "Kafka producer failed for good ({Code}: {Reason}); a new one takes its place")]
    public static partial void ProducerReplaced(ILogger logger, string code, string reason);

    [LoggerMessage(3104, LogLevel.Information, "Kafka topic {Topic} created: {Partitions} partitions, {Copies} copies")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions, int copies);

    [LoggerMessage(3105, LogLevel.Warning, "Kafka log cannot take every record: {Problem}")]
    public static partial void ClusterTroubled(ILogger logger, string problem);

    [LoggerMessage(3106, LogLevel.Information, "Kafka log takes every record again")]
    public static partial void ClusterWell(ILogger logger);

    [LoggerMessage(3107, LogLevel.Information, "Group {Group}: {Count} partitions {Change}, first {First}")]
    public static partial void GroupChanged(ILogger logger, string group, int count, string change, string first);

    [LoggerMessage(3108, LogLevel.Warning, "Group {Group}: the work in hand was not finished within {Grace}; its partitions are lost")]
    public static partial void GraceOver(ILogger logger, string group, TimeSpan grace);

    [LoggerMessage(3109, LogLevel.Warning, "Group {Group}: {Code}: {Reason}; trying on")]
    public static partial void ConsumeFailed(ILogger logger, string group, string code, string reason);

    [LoggerMessage(3110, LogLevel.Error, "Group {Group}: consumer stopped: {Reason}")]
    public static partial void ConsumerStopped(ILogger logger, string group, string reason);

    [LoggerMessage(3111, LogLevel.Error, "Group {Group}: {Topic} could not be read on: {Reason} Joining anew in {After}")]
    public static partial void ConsumerRejoins(ILogger logger, string group, string topic, string reason, TimeSpan after);
}
