using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>The log on Kafka. Appends are acknowledged by all in-sync copies; topics that would not keep them are refused.</summary>
public sealed class KafkaEventLog : IEventLog
{
    private static readonly TimeSpan settingsFreshFor = TimeSpan.FromSeconds(30);

    private readonly ClientSettings settings;
    private readonly int partitions;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly ProducerLanes producers;
    private readonly ClusterWatch watch;
    private readonly StallGuard guard;
    private readonly TopicSettings topicSettings;
    private readonly Lazy<RecordReader> reader;
    private readonly Lazy<RecordReader> waiter;
    private readonly HashSet<string> ensured = new(StringComparer.Ordinal);
    private string? settingsProblem;
    private long settingsCheckedAt;

    /// <exception cref="EventLogException">The native client cannot be loaded.</exception>
    public KafkaEventLog(EventLogOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        (partitions, this.time, this.loggers) = (options.Partitions, time, loggers);
        logger = loggers.CreateLogger<KafkaEventLog>();
        Log.Started(logger, NativeClient.Describe());
        settings = new ClientSettings(options);
        producers = new ProducerLanes(settings, time, logger);
        watch = new ClusterWatch(settings, producers, time, logger);
        guard = new StallGuard(time);
        topicSettings = new TopicSettings(settings, partitions, logger);
        reader = new Lazy<RecordReader>(() => new RecordReader(settings, "paymentpipeline-reader", partitions, logger));
        waiter = new Lazy<RecordReader>(() => new RecordReader(settings, "paymentpipeline-reader", partitions, logger));
    }

    public string Engine => "kafka";

    /// <summary>False on librdkafka's mock cluster only, which serves tests and knows no settings of topics.</summary>
    internal bool TopicsHaveSettings { get; init; } = true;

    public async Task EnsureTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(topics);
        if (!TopicsHaveSettings) return;
        lock (ensured) ensured.UnionWith(topics);
        try
        {
            watch.Expect(await topicSettings.EnsureAsync(topics, cancellationToken));
            settingsProblem = null;
        }
        catch (EventLogException e)
        {
            settingsProblem = e.Message;
            throw;
        }
    }

    public async Task AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        cancellationToken.ThrowIfCancellationRequested();
        if (records.Count == 0) return;
        var numbers = new int[records.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = Partitioner.PartitionOf(records[i].Key, partitions);
        Admit(records, numbers);
        var began = time.GetTimestamp();
        try
        {
            await producers.AppendAsync(records, numbers);
        }
        catch (EventLogException)
        {
            EventLogMetrics.AppendsFailed.Add(1);
            if (IsStall(time.GetElapsedTime(began)) && WhyNot(records, numbers) is null) guard.Stalled();
            throw;
        }
        guard.Well();
        EventLogMetrics.AppendDuration.Record(time.GetElapsedTime(began).TotalSeconds);
        EventLogMetrics.AppendBatchSize.Record(records.Count);
        EventLogMetrics.RecordsAppended.Add(records.Count);
    }

    public Task<IReadOnlyList<LogRecord>> ReadAsync(
        TopicPartition partition, long offset, int maxRecords, CancellationToken cancellationToken) =>
        reader.Value.ReadAsync(partition, offset, maxRecords, cancellationToken);

    public Task WaitForAppendAsync(IReadOnlyCollection<string> topics, TimeSpan atMost, CancellationToken cancellationToken) =>
        waiter.Value.WaitAsync(topics, atMost, cancellationToken);

    public Task<IReadOnlyDictionary<TopicPartition, OffsetRange>> GetOffsetsAsync(string topic, CancellationToken cancellationToken) =>
        reader.Value.RangesAsync(topic, cancellationToken);

    public Task<IReadOnlyDictionary<TopicPartition, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken) =>
        reader.Value.FindAsync(topic, time, cancellationToken);

    public async Task<IReadOnlyDictionary<TopicPartition, long>> GetCommittedAsync(
        string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        // A client speaks for one group only; this one never joins it.
        await using var asker = new RecordReader(settings, group, partitions, logger);
        return await asker.CommittedAsync(topics, cancellationToken);
    }

    public Task<ILogConsumer> SubscribeAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        Task.FromResult<ILogConsumer>(new GroupConsumer(settings, group, topics, time, loggers.CreateLogger<KafkaEventLog>()));

    public async Task ApplyRetentionAsync(string topic, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var firstToKeep = await FindOffsetsAsync(topic, before, cancellationToken);
        using var admin = new AdminClientBuilder(settings.Admin())
            .SetLogHandler((_, line) => ClientLog.Write(logger, line))
            .Build();
        try
        {
            await admin.DeleteRecordsAsync(
                firstToKeep.Select(pair => new TopicPartitionOffset(pair.Key.Topic, pair.Key.Number, pair.Value)));
        }
        catch (KafkaException e)
        {
            throw ClientErrors.OfRequest($"delete old records of {topic}", e.Error);
        }
    }

    public async Task<string?> CheckHealthAsync(CancellationToken cancellationToken)
    {
        if (await watch.ProblemAsync(cancellationToken) is { } problem) return $"Kafka takes no records now: {problem}.";
        await RecheckSettingsAsync(cancellationToken);
        return settingsProblem;
    }

    public async ValueTask DisposeAsync()
    {
        await watch.DisposeAsync();
        await producers.DisposeAsync();
        if (reader.IsValueCreated) await reader.Value.DisposeAsync();
        if (waiter.IsValueCreated) await waiter.Value.DisposeAsync();
    }

    /// <exception cref="EventLogUnavailableException">Waiting would be for nothing.</exception>
    private void Admit(IReadOnlyList<LogAppend> records, int[] numbers)
    {
        var reason = WhyNot(records, numbers);
        if (reason is null && guard.TryEnter()) return;
        EventLogMetrics.AppendsRefused.Add(1);
        throw new EventLogUnavailableException(
            $"Kafka takes no records now: {reason ?? "since the last append that timed out nothing was acknowledged"}.");
    }

    private string? WhyNot(IReadOnlyList<LogAppend> records, int[] numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            if (watch.WhyNot(records[i].Topic, numbers[i]) is { } reason) return reason;
        return null;
    }

    /// <summary>It waited long, and nothing of anybody was acknowledged meanwhile.</summary>
    private bool IsStall(TimeSpan waited) => waited > settings.AppendTimeout / 2 && producers.SinceAcknowledged >= waited;

    /// <summary>Settings can be changed behind our back; looking twice a minute costs two requests.</summary>
    private async Task RecheckSettingsAsync(CancellationToken cancellationToken)
    {
        List<string> topics;
        lock (ensured) topics = [.. ensured];
        if (topics.Count == 0) return;
        if (settingsCheckedAt != 0 && time.GetElapsedTime(settingsCheckedAt) < settingsFreshFor) return;
        settingsCheckedAt = time.GetTimestamp();
        try
        {
            watch.Expect(await topicSettings.CheckAsync(topics, cancellationToken));
            settingsProblem = null;
        }
        catch (EventLogException e)
        {
            settingsProblem = e.Message;
        }
    }
}
