using Microsoft.Extensions.Logging;

namespace PaymentPipeline.Hosting;

/// <summary>Ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "{Service} {Version} started on .NET {Runtime} at {Addresses}")]
    public static partial void Started(ILogger logger, string service, string version, string runtime, string addresses);

    [LoggerMessage(1001, LogLevel.Information, "{Service} stopped")]
    public static partial void Stopped(ILogger logger, string service);

    [LoggerMessage(1002, LogLevel.Error, "A request failed: {Method} {Path}")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(1003, LogLevel.Warning, "Not ready: {Check}: {Reason}")]
    public static partial void NotReady(ILogger logger, string check, string reason);

    [LoggerMessage(1004, LogLevel.Information, "Ready: {Check}")]
    public static partial void ReadyAgain(ILogger logger, string check);
}
