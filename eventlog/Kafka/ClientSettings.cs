using Confluent.Kafka;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>What librdkafka is told, in one place; every value that is not its own default carries its reason.</summary>
internal sealed class ClientSettings(EventLogOptions log)
{
    private readonly KafkaLogOptions options = log.Kafka;

    /// <summary>fetch.queue.backoff.ms is unknown to librdkafka before 2.2.0, which refuses settings that it does not know.</summary>
    private static readonly bool knowsFetchQueueBackoff = Library.Version >= 0x02020000;

    public TimeSpan AppendTimeout => log.AppendTimeout;

    /// <summary>Bounded, so that the brokers do not take the waiting for death.</summary>
    public TimeSpan RevocationGrace => options.RevocationGrace < log.Lease / 2 ? options.RevocationGrace : log.Lease / 2;

    public int FetchAheadRecords => options.FetchAheadRecords;

    public TimeSpan AppendGap => TimeSpan.FromMilliseconds(options.AppendGapMs);

    public int Producers => options.Producers;

    public int AppendQueueRecordsMax => log.AppendQueueRecordsMax;

    public long AppendQueueBytesMax => log.AppendQueueBytesMax;

    public ProducerConfig Producer() => new(Common())
    {
        Acks = Acks.All,
        EnableIdempotence = true,
        LingerMs = options.LingerMs,
        // Webhooks of a gateway have most of their bytes in common; whatever a batch has is synced to disk and kept for weeks (ADR 23).
        CompressionType = CompressionType.Lz4,
        MessageTimeoutMs = (int)log.AppendTimeout.TotalMilliseconds,
        // Bounded before it (ProducerLanes); twice that here, since the client counts keys as well.
        QueueBufferingMaxKbytes = (int)Math.Min(int.MaxValue, log.AppendQueueBytesMax / 512),
        QueueBufferingMaxMessages = log.AppendQueueRecordsMax * 2,
        // Reports carry the outcome alone: our batches know their records, and each field costs a copy.
        DeliveryReportFields = "status",
    };

    public AdminClientConfig Admin() => new(Common());

    /// <summary>For reading without a group: offsets are always named by the caller.</summary>
    public ConsumerConfig Reader(string group) => new(Common())
    {
        GroupId = group,
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        AutoOffsetReset = AutoOffsetReset.Error,
        AllowAutoCreateTopics = false,
        QueuedMaxMessagesKbytes = 16_384,
        // A fetch that waits for records holds up the next one on its connection, which may be for another partition.
        FetchWaitMaxMs = 20,
    };

    public ConsumerConfig Member(string group)
    {
        var config = Reader(group);
        config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
        // Waits longer than a reader, since its partitions seldom change: an idle member asks ten times a second.
        config.FetchWaitMaxMs = 100;
        config.SessionTimeoutMs = (int)log.Lease.TotalMilliseconds;
        // A rebalance is noticed with a heartbeat, so the beat bounds how long a new member waits for its share.
        config.HeartbeatIntervalMs = Math.Clamp(config.SessionTimeoutMs.Value / 6, 100, 1_000);
        // The pump polls all the time but for the grace of a revocation; a pump that hangs for longer must lose its partitions.
        config.MaxPollIntervalMs = Math.Max(60_000, 2 * config.SessionTimeoutMs.Value);
        // The default second of backoff on a full queue would stop the flow each time the caller is a little slow.
        if (knowsFetchQueueBackoff) config.Set("fetch.queue.backoff.ms", "10");
        return config;
    }

    private ClientConfig Common()
    {
        var config = new ClientConfig
        {
            BootstrapServers = options.BootstrapServers,
            ClientId = "paymentpipeline",
            SecurityProtocol = options.SecurityProtocol switch
            {
                "ssl" => SecurityProtocol.Ssl,
                "sasl_plaintext" => SecurityProtocol.SaslPlaintext,
                "sasl_ssl" => SecurityProtocol.SaslSsl,
                _ => SecurityProtocol.Plaintext,
            },
            SocketNagleDisable = true,
            // After a broker's death its address is tried again within a second, not ten.
            ReconnectBackoffMs = 50,
            ReconnectBackoffMaxMs = 1_000,
            // A topic that is missing here may be just made, and known to the next broker; later it is an error.
            TopicMetadataPropagationMaxMs = 3_000,
            // Members look for partitions and topics this often.
            TopicMetadataRefreshIntervalMs = 10_000,
            // A new leader is looked for at once.
            TopicMetadataRefreshFastIntervalMs = 100,
        };
        if (options.SecurityProtocol.EndsWith("ssl", StringComparison.Ordinal))
            config.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.Https;
        if (options.SaslMechanism is { Length: > 0 } mechanism) config.Set("sasl.mechanism", mechanism);
        if (options.SaslUsername is { Length: > 0 } user) config.SaslUsername = user;
        if (options.SaslPassword is { Length: > 0 } password) config.SaslPassword = password;
        if (options.SslCaLocation is { Length: > 0 } roots) config.SslCaLocation = roots;
        return config;
    }
}
