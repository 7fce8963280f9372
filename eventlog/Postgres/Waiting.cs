namespace PaymentPipeline.EventLog.Postgres;

internal static class Waiting
{
    /// <summary>Returns when the task is done or the time is over, whichever is first; throws only when cancelled.</summary>
    public static async Task ForAsync(Task task, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        if (task.IsCompleted || atMost <= TimeSpan.Zero) return;
        await task.WaitAsync(atMost, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
