using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>librdkafka's own lines, which would go to standard error else.</summary>
internal static class ClientLog
{
    public static void Write(ILogger logger, LogMessage line)
    {
        if (line.Level <= SyslogLevel.Warning) Log.ClientWarning(logger, line.Name, line.Message);
        else Log.ClientDebug(logger, line.Name, line.Message);
    }
}
