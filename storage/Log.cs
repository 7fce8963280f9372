using Microsoft.Extensions.Logging;

namespace PaymentPipeline.Storage;

internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Warning, "A batch lost a race ({SqlState}, {Constraint}); try {Tried} failed and is repeated.")]
    public static partial void Raced(ILogger logger, string sqlState, string? constraint, int tried);

    [LoggerMessage(3001, LogLevel.Information, "Migration {Name} applied.")]
    public static partial void Migrated(ILogger logger, string name);

    [LoggerMessage(3002, LogLevel.Warning, "Listening for new events was interrupted ({Problem}); trying again.")]
    public static partial void FeedListeningInterrupted(ILogger logger, string problem);

    [LoggerMessage(3003, LogLevel.Warning, "Readers of the feed were not woken ({Problem}); they look by themselves.")]
    public static partial void FeedRingLost(ILogger logger, string problem);
}
