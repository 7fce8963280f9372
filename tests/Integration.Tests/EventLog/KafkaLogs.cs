using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Kafka;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>What the tests of the Kafka engine share.</summary>
internal static class KafkaLogs
{
    public const int Partitions = 4;

    public static KafkaEventLog Open(string bootstrapServers, Action<EventLogOptions>? change = null, bool mock = false)
    {
        var options = new EventLogOptions { Engine = "kafka", Partitions = Partitions, Lease = TimeSpan.FromSeconds(2) };
        options.Kafka.BootstrapServers = bootstrapServers;
        change?.Invoke(options);
        return new KafkaEventLog(options, TimeProvider.System, NullLoggerFactory.Instance) { TopicsHaveSettings = !mock };
    }

    public static string NewTopic(string about) => $"{about}.{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):n}";

    public static LogAppend Record(string topic, string key, int number) =>
        new(topic, key, [new("number", number.ToString(CultureInfo.InvariantCulture))], BitConverter.GetBytes(number));

    public static List<LogAppend> Records(string topic, int first, int count) =>
        [.. Enumerable.Range(first, count).Select(number => Record(topic, $"key-{number}", number))];

    /// <summary>A key that goes to this partition.</summary>
    public static string KeyFor(int partition) =>
        Enumerable.Range(0, 1_000).Select(number => $"k{number}").First(key => Partitioner.PartitionOf(key, Partitions) == partition);

    /// <summary>Everything in the topic, partition by partition.</summary>
    public static async Task<List<LogRecord>> ReadAllAsync(IEventLog log, string topic)
    {
        var all = new List<LogRecord>();
        foreach (var (partition, range) in await log.GetOffsetsAsync(topic, CancellationToken.None))
            for (var next = range.First; next < range.Next;)
            {
                var records = await log.ReadAsync(partition, next, 5_000, CancellationToken.None);
                all.AddRange(records);
                next += records.Count;
            }
        return all;
    }

    /// <summary>Polls until enough records came; what came is in order of arrival.</summary>
    public static async Task<List<LogRecord>> PollForAsync(ILogConsumer consumer, int count, TimeSpan limit)
    {
        var records = new List<LogRecord>();
        using var over = new CancellationTokenSource(limit);
        while (records.Count < count)
            records.AddRange((await consumer.PollAsync(1_000, TimeSpan.FromSeconds(1), over.Token)).Records);
        return records;
    }

    public static async Task<bool> RefusedWithinAsync(IEventLog log, LogAppend record, TimeSpan limit)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await log.AppendAsync([record], CancellationToken.None);
            return false;
        }
        catch (EventLogUnavailableException)
        {
            return Stopwatch.GetElapsedTime(began) < limit;
        }
    }
}
