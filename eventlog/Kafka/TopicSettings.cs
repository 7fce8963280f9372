using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// Creates topics so that they keep what they acknowledge, and refuses topics that would not: three copies with two in sync,
/// or an fsync before the acknowledgement.
/// </summary>
internal sealed class TopicSettings(ClientSettings settings, int partitions, ILogger logger)
{
    /// <summary>The largest webhook that ingress takes is 256 kB; the rest is room for key and headers.</summary>
    private const int RecordBytesMin = (256 + 16) * 1024;

    private static readonly TimeSpan propagation = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(10);

    /// <summary>min.insync.replicas by topic.</summary>
    /// <exception cref="EventLogException">A topic cannot be created or does not keep what it acknowledges; says the remedy.</exception>
    public async Task<IReadOnlyDictionary<string, int>> EnsureAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        using var admin = Admin();
        await CreateMissingAsync(admin, topics);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await CheckAsync(admin, topics, cancellationToken);
            }
            catch (EventLogUnavailableException) when (attempt < 50)
            {
                // A new topic is known to one broker a little before the next.
                await Task.Delay(propagation, cancellationToken);
            }
        }
    }

    /// <summary>Checks only.</summary>
    /// <exception cref="EventLogException">A topic is missing or does not keep what it acknowledges.</exception>
    public async Task<IReadOnlyDictionary<string, int>> CheckAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        using var admin = Admin();
        return await CheckAsync(admin, topics, cancellationToken);
    }

    private IAdminClient Admin() => new AdminClientBuilder(settings.Admin())
        .SetLogHandler((_, line) => ClientLog.Write(logger, line))
        .SetErrorHandler((_, error) => Log.ClientDebug(logger, "topics", error.Reason))
        .Build();

    private async Task CreateMissingAsync(IAdminClient admin, IReadOnlyCollection<string> topics)
    {
        var metadata = await MetadataAsync(admin);
        var present = Usable(metadata).Keys.ToHashSet();
        var missing = topics.Where(topic => !present.Contains(topic)).ToList();
        if (missing.Count == 0) return;
        try
        {
            await admin.CreateTopicsAsync(missing.Select(topic => Specify(topic, metadata.Brokers.Count)),
                new CreateTopicsOptions { RequestTimeout = patience, OperationTimeout = patience });
            foreach (var topic in missing) Log.TopicCreated(logger, topic, partitions, CopiesOn(metadata.Brokers.Count));
        }
        catch (CreateTopicsException e) when (e.Results.All(r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another service of ours started at the same moment: what it created is checked like any other.
        }
        catch (KafkaException e)
        {
            throw ClientErrors.OfRequest($"create the topics {string.Join(", ", missing)}", e.Error);
        }
    }

    private TopicSpecification Specify(string topic, int brokers) => new()
    {
        Name = topic,
        NumPartitions = partitions,
        ReplicationFactor = (short)CopiesOn(brokers),
        Configs = new Dictionary<string, string>
        {
            ["cleanup.policy"] = "delete",
            // Records go when ApplyRetentionAsync says so; a broker's default of a week would drop work that waits for a long repair.
            ["retention.ms"] = "-1",
            ["retention.bytes"] = "-1",
            ["max.message.bytes"] = "1048588",
            ["message.timestamp.type"] = "LogAppendTime",
            // Each fsync of a segment syncs its two indexes as well, which costs the same again whenever an entry was added to them.
            ["index.interval.bytes"] = "1048576",
            ["unclean.leader.election.enable"] = "false",
            ["min.insync.replicas"] = brokers < 3 ? "1" : "2",
            ["flush.messages"] = brokers < 3 ? "1" : long.MaxValue.ToString(CultureInfo.InvariantCulture),
        },
    };

    private static int CopiesOn(int brokers) => brokers < 3 ? 1 : 3;

    private async Task<IReadOnlyDictionary<string, int>> CheckAsync(
        IAdminClient admin, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var usable = Usable(await MetadataAsync(admin));
        if (topics.FirstOrDefault(topic => !usable.ContainsKey(topic)) is { } missing)
            throw new EventLogUnavailableException(
                $"Kafka has no topic {missing}; let a service with the right to create topics start first.");
        if (topics.FirstOrDefault(topic => usable[topic].Partitions.Any(partition => partition.Leader < 0)) is { } leaderless)
            throw new EventLogUnavailableException($"Kafka's topic {leaderless} has a partition that no broker leads.");
        var needed = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var described in await DescribeAsync(admin, topics))
        {
            var topic = described.ConfigResource.Name;
            if (ProblemOf(usable[topic], described.Entries) is { } problem) throw new EventLogException(problem);
            needed[topic] = (int)Number(described.Entries, "min.insync.replicas");
        }
        return needed;
    }

    private string? ProblemOf(TopicMetadata topic, Dictionary<string, ConfigEntryResult> entries)
    {
        if (topic.Partitions.Count != partitions)
            return $"Kafka topic {topic.Topic} has {topic.Partitions.Count} partitions but EventLog__Partitions is {partitions}; "
                + "set it to the topic's number: another number would move keys between partitions and break their order.";
        var copies = topic.Partitions.Min(partition => partition.Replicas.Length);
        var replicated = copies >= 3 && Number(entries, "min.insync.replicas") >= 2;
        if (!replicated && Number(entries, "flush.messages") != 1)
            return $"Kafka topic {topic.Topic} would lose acknowledged records (copies: {copies}, min.insync.replicas: "
                + $"{Number(entries, "min.insync.replicas")}, no fsync): set flush.messages=1 on it, or give it three copies and "
                + "min.insync.replicas=2.";
        if (entries["unclean.leader.election.enable"].Value == "true")
            return $"Kafka topic {topic.Topic} lets a stale copy lead: set unclean.leader.election.enable=false on it.";
        if (Number(entries, "max.message.bytes") < RecordBytesMin)
            return $"Kafka topic {topic.Topic} refuses the largest webhooks: set max.message.bytes to {RecordBytesMin} or more on it.";
        if (entries["cleanup.policy"].Value != "delete")
            return $"Kafka topic {topic.Topic} is compacted and would drop records of a key: set cleanup.policy=delete on it.";
        return entries["message.timestamp.type"].Value == "LogAppendTime"
            ? null
            : $"Kafka topic {topic.Topic} keeps the senders' times: set message.timestamp.type=LogAppendTime on it for seeks by time.";
    }

    private static long Number(Dictionary<string, ConfigEntryResult> entries, string name) =>
        long.Parse(entries[name].Value, CultureInfo.InvariantCulture);

    private static async Task<List<DescribeConfigsResult>> DescribeAsync(IAdminClient admin, IReadOnlyCollection<string> topics)
    {
        try
        {
            return await admin.DescribeConfigsAsync(
                topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic }),
                new DescribeConfigsOptions { RequestTimeout = patience });
        }
        catch (KafkaException e)
        {
            throw ClientErrors.OfRequest("describe its topics' settings", e.Error);
        }
    }

    private static Dictionary<string, TopicMetadata> Usable(Metadata metadata) =>
        metadata.Topics.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Topic, StringComparer.Ordinal);

    private static async Task<Metadata> MetadataAsync(IAdminClient admin)
    {
        try
        {
            return await Task.Run(() => admin.GetMetadata(patience));
        }
        catch (KafkaException e)
        {
            throw ClientErrors.OfRequest("answer", e.Error);
        }
    }
}
