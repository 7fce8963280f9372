namespace PaymentPipeline.EventLog;

/// <summary>A partition from its assignment to its loss. One that comes back is another assignment.</summary>
internal sealed class PartitionAssignment(TopicPartition partition, ConsumerLane lane)
{
    private volatile bool over;

    public TopicPartition Partition => partition;

    public ConsumerLane Lane => lane;

    public OffsetTracker Tracker { get; } = new();

    public long? Committed { get; set; }

    public bool Paused { get; set; }

    /// <summary>Given up or lost: what is in hand for it is dropped, or its result ignored.</summary>
    public bool IsOver => over;

    public void End() => over = true;
}
