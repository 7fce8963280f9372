namespace PaymentPipeline.Ingress;

/// <summary>Ids 2000 to 2099. Never a body, a signature or anything else that a stranger wrote.</summary>
internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Debug, "Refused: {Gateway}/{Account} {Status} {Reason}")]
    public static partial void Refused(ILogger logger, string gateway, string account, int status, string reason);

    [LoggerMessage(2001, LogLevel.Warning,
        "Refused {Count} requests since the last such line; the latest: {Gateway}/{Account} {Status} {Reason}")]
    public static partial void RefusedSample(ILogger logger, long count, string gateway, string account, int status, string reason);

    [LoggerMessage(2002, LogLevel.Warning, "An append to {Topic} failed, its outcome is unknown: {Reason}")]
    public static partial void AppendFailed(ILogger logger, string topic, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "The {Engine} log cannot be used, webhooks are answered 503: {Reason}")]
    public static partial void LogNotUsable(ILogger logger, string engine, string reason);

    [LoggerMessage(2004, LogLevel.Information, "The {Engine} log takes and keeps webhooks")]
    public static partial void LogUsable(ILogger logger, string engine);

    [LoggerMessage(2005, LogLevel.Warning, "No gateway is configured: every webhook is answered 404")]
    public static partial void NoGateways(ILogger logger);
}
