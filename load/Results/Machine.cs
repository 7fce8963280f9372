namespace PaymentPipeline.Load.Results;

/// <summary>
/// What a figure depends on besides the code. What could not be found out is "unknown"; what has no part in the run is null.
/// </summary>
internal sealed record Machine
{
    /// <summary>The processor's model, as the kernel names it.</summary>
    public required string Cpu { get; init; }

    /// <summary>Logical processors that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Bytes of physical memory.</summary>
    public required long Memory { get; init; }

    public required string Os { get; init; }
    public required string Kernel { get; init; }

    /// <summary>The runtime's version.</summary>
    public required string DotNet { get; init; }

    public required string PostgreSql { get; init; }

    /// <summary>The broker's version.</summary>
    public string? Kafka { get; init; }

    /// <summary>The native client's version.</summary>
    public string? Librdkafka { get; init; }

    /// <summary>
    /// The settings on which "durable" rests, as the servers report them: fsync, synchronous_commit, full_page_writes,
    /// wal_sync_method; flush.messages, the replication factor and min.insync.replicas of the topics.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Durability { get; init; }
}
