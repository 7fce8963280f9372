namespace PaymentPipeline.EventLog;

/// <summary>
/// The durable, partitioned log. Two engines, one contract (tests/Integration.Tests/EventLog holds both to it).
/// </summary>
public interface IEventLog : IAsyncDisposable
{
    /// <summary>"postgres" or "kafka".</summary>
    string Engine { get; }

    /// <summary>Creates what is missing (idempotent) and checks the settings of what is there.</summary>
    /// <exception cref="EventLogException">The log cannot keep what it would acknowledge; the message says why.</exception>
    Task EnsureTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>
    /// Appends all records; durable (fsynced, or acknowledged by all in-sync replicas) when it returns. When it throws,
    /// the outcome is unknown: some may be there, and appending again may make a second copy, which readers absorb.
    /// Records of one call with one key keep their order. Cancelling does not stop an append in flight.
    /// </summary>
    Task AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellationToken);

    /// <summary>
    /// Reads up to <paramref name="maxRecords"/> records of one partition from an offset on (inclusive), without a group.
    /// Empty at the end: the caller waits. An offset below the first one kept is answered with
    /// <see cref="OffsetOutOfRangeException"/>, never with a silent jump.
    /// </summary>
    Task<IReadOnlyList<LogRecord>> ReadAsync(TopicPartition partition, long offset, int maxRecords, CancellationToken cancellationToken);

    /// <summary>Waits until something was appended to one of the topics, or the time is over. May wake for nothing.</summary>
    Task WaitForAppendAsync(IReadOnlyCollection<string> topics, TimeSpan atMost, CancellationToken cancellationToken);

    /// <summary>First offset kept and the offset that the next record will get; equal when the partition is empty.</summary>
    Task<IReadOnlyDictionary<TopicPartition, OffsetRange>> GetOffsetsAsync(string topic, CancellationToken cancellationToken);

    /// <summary>For each partition the first offset whose record was appended at or after the time; the end when there is none.</summary>
    Task<IReadOnlyDictionary<TopicPartition, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>The stored offsets of a group: the next offset to read. Partitions without one are absent.</summary>
    Task<IReadOnlyDictionary<TopicPartition, long>> GetCommittedAsync(
        string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>Joins a group. Partitions are divided among its live members; a dead member's go to the others.</summary>
    Task<ILogConsumer> SubscribeAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken);

    /// <summary>Deletes records appended before the time, as coarsely as the engine keeps them (segments, table partitions).</summary>
    Task ApplyRetentionAsync(string topic, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Null when the log can take and keep records now; else one sentence that says why not.</summary>
    Task<string?> CheckHealthAsync(CancellationToken cancellationToken);
}

/// <summary>
/// A member of a consumer group. Not thread-safe, except <see cref="CommitAsync"/>. The loop is: poll, hand the records
/// on, commit what is finished. Starts at the committed offset of each partition, else at the first record.
/// </summary>
public interface ILogConsumer : IAsyncDisposable
{
    /// <summary>
    /// The next records of the owned partitions, at least one unless <paramref name="atMost"/> passed without any; in
    /// order within a partition. Also where partitions come and go: see <see cref="LogPoll"/>; then it returns at once.
    /// </summary>
    Task<LogPoll> PollAsync(int maxRecords, TimeSpan atMost, CancellationToken cancellationToken);

    /// <summary>
    /// Stores, per partition, the next offset to read. Fenced: an offset for a partition that this member no longer
    /// owns is refused, and the refused partitions are returned; the caller drops its work on them.
    /// </summary>
    Task<IReadOnlyCollection<TopicPartition>> CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken);

    /// <summary>Stops fetching from these partitions until resumed, without leaving the group.</summary>
    void Pause(IReadOnlyCollection<TopicPartition> partitions);

    void Resume(IReadOnlyCollection<TopicPartition> partitions);
}

/// <summary>To be read in the order Lost, Revoked, Assigned, Records: a partition can be lost and come back between two polls.</summary>
/// <param name="Assigned">Newly owned since the last poll.</param>
/// <param name="Revoked">
/// To be given up: finish and commit what is in hand for them, then poll again; the consumer gives them up at that poll.
/// </param>
/// <param name="Lost">Already owned by another member: drop the work in hand, do not commit.</param>
public sealed record LogPoll(
    IReadOnlyList<LogRecord> Records,
    IReadOnlyCollection<TopicPartition> Assigned,
    IReadOnlyCollection<TopicPartition> Revoked,
    IReadOnlyCollection<TopicPartition> Lost);

/// <param name="First">The first offset kept.</param>
/// <param name="Next">The offset that the next record will get.</param>
public readonly record struct OffsetRange(long First, long Next);

/// <summary>The log cannot do what was asked; the message names the remedy.</summary>
public class EventLogException : Exception
{
    public EventLogException() { }
    public EventLogException(string message) : base(message) { }
    public EventLogException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The log takes no more for now (queue full, leaderless, database down): ingress answers 503.</summary>
public sealed class EventLogUnavailableException : EventLogException
{
    public EventLogUnavailableException() { }
    public EventLogUnavailableException(string message) : base(message) { }
    public EventLogUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The offset asked for is no longer, or not yet, in the log.</summary>
public sealed class OffsetOutOfRangeException : EventLogException
{
    public OffsetOutOfRangeException() { }
    public OffsetOutOfRangeException(string message) : base(message) { }
    public OffsetOutOfRangeException(string message, Exception innerException) : base(message, innerException) { }
}
