namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// The records of one caller that go to one lane. Done when they are durable; what the caller does then runs where it is told
/// (<see cref="AppendAnswers"/>).
/// </summary>
internal sealed class PendingAppend(RoutedRecord[] records, long enqueuedAt) : TaskCompletionSource
{
    public RoutedRecord[] Records => records;

    public long EnqueuedAt => enqueuedAt;

    public long Bytes { get; } = BytesOf(records);

    private static long BytesOf(RoutedRecord[] records)
    {
        var bytes = 0L;
        foreach (ref readonly var record in records.AsSpan()) bytes += record.Value.Length + record.Key.Length + record.Headers.Length;
        return bytes;
    }
}

/// <summary>A record with its partition found and its key and headers as they are stored.</summary>
internal readonly record struct RoutedRecord(
    TopicRow Topic, short Partition, byte[] Key, byte[] Headers, ReadOnlyMemory<byte> Value)
{
    public static RoutedRecord From(in LogAppend record, TopicRow topic) => new(
        topic, (short)Partitioner.PartitionOf(record.Key, topic.Partitions),
        RecordBytes.FromKey(record.Key), RecordBytes.FromHeaders(record.Headers), record.Value);
}
