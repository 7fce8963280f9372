namespace PaymentPipeline.EventLog;

/// <summary>How a <see cref="PartitionedConsumer"/> reads.</summary>
public sealed record PartitionedConsumerOptions(string Group, IReadOnlyCollection<string> Topics)
{
    /// <summary>Handlers at a time. A partition always goes to the same lane.</summary>
    public int Lanes { get; init; } = 2;

    /// <summary>Records of one call of the handler at most; it gets what is there, without waiting for more.</summary>
    public int BatchMax { get; init; } = 500;

    /// <summary>
    /// When batches follow each other this is between their beginnings at least, unless one is full: small ones cost nearly as much as
    /// large ones. A lane to which little comes does not wait.
    /// </summary>
    public TimeSpan BatchGap { get; init; } = TimeSpan.Zero;

    /// <summary>A lane that holds so many records has its partitions paused until half of them are finished.</summary>
    public int LaneCapacity { get; init; } = 2_000;

    public int PollRecordsMax { get; init; } = 1_000;

    /// <summary>What is finished is committed this often; it is read and handled again after a crash.</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long work in hand may take when partitions are revoked, or at the stop.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan LagInterval { get; init; } = TimeSpan.FromSeconds(5);
}
