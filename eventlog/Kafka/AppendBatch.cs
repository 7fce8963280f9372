namespace PaymentPipeline.EventLog.Kafka;

/// <summary>Counts the acknowledgements of one append: one completion for all records, none per record.</summary>
internal sealed class AppendBatch(int records)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = records;
    private EventLogException? firstFailure;

    public Task Completion => done.Task;

    /// <param name="failure">Null for a record that is durable.</param>
    public void Ended(EventLogException? failure)
    {
        if (failure is not null) Interlocked.CompareExchange(ref firstFailure, failure, null);
        if (Interlocked.Decrement(ref left) > 0) return;
        if (firstFailure is null) done.SetResult();
        else done.SetException(firstFailure);
    }
}
