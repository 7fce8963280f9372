namespace PaymentPipeline.Api;

/// <summary>Ids 5000 to 5099: the front (callers, requests).</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Warning, "The issuer's keys could not be fetched; those known before stay good")]
    public static partial void KeysNotFetched(ILogger logger, Exception exception);
}
