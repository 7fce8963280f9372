namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// Counts the acknowledgements of one append: one completion for all records, none per record. What the caller does then runs where
/// it is told (<see cref="AppendAnswers"/>).
/// </summary>
internal sealed class AppendBatch(int records) : TaskCompletionSource
{
    private int left = records;
    private EventLogException? firstFailure;

    /// <summary>Null when all records are durable; to be read when the last one has ended.</summary>
    public EventLogException? Failure => firstFailure;

    /// <param name="failure">Null for a record that is durable.</param>
    /// <returns>Whether this was the last one, so that the caller is to be told.</returns>
    public bool Ended(EventLogException? failure)
    {
        if (failure is not null) Interlocked.CompareExchange(ref firstFailure, failure, null);
        return Interlocked.Decrement(ref left) == 0;
    }
}
