namespace PaymentPipeline.EventLog;

/// <summary>
/// Tells callers how their appends ended, on the thread pool and several one after the other: a work item for each of the
/// hundred callers of a batch would cost more than most of them do then. A caller must not block when its append is done.
/// </summary>
internal sealed class AppendAnswers : IThreadPoolWorkItem
{
    /// <summary>So few that all cores have some of a batch, and that one who takes long holds up few.</summary>
    private const int Together = 16;

    private readonly TaskCompletionSource[] callers;
    private readonly int first;
    private readonly Exception? failure;

    private AppendAnswers(TaskCompletionSource[] callers, int first, Exception? failure) =>
        (this.callers, this.first, this.failure) = (callers, first, failure);

    /// <param name="failure">Null when the records are durable.</param>
    public static void Give(TaskCompletionSource[] callers, Exception? failure)
    {
        for (var first = 0; first < callers.Length; first += Together)
            ThreadPool.UnsafeQueueUserWorkItem(new AppendAnswers(callers, first, failure), preferLocal: false);
    }

    public void Execute()
    {
        foreach (var caller in callers.AsSpan(first, Math.Min(Together, callers.Length - first)))
        {
            if (failure is null) caller.TrySetResult();
            else caller.TrySetException(failure);
        }
    }
}
