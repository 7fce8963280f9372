namespace PaymentPipeline.EventLog;

/// <summary>
/// What of one partition is finished. Only the contiguous finished prefix may be committed (I31 of the invariants): past
/// a record that is done, never past one that is still in hand. Thread-safe.
/// </summary>
public sealed class OffsetTracker
{
    private readonly Lock gate = new();
    private readonly Queue<long> inHand = new();
    private readonly HashSet<long> finishedAhead = [];
    private long last = -1;
    private long? next;
    private TaskCompletionSource? idle;

    /// <summary>The offset to commit: the one after the last record of the finished prefix; null while there is none.</summary>
    public long? Next
    {
        get { lock (gate) return next; }
    }

    /// <summary>Records delivered and not in the finished prefix.</summary>
    public int InHand
    {
        get { lock (gate) return inHand.Count; }
    }

    /// <summary>Notes a record given out. Offsets rise; holes are the engine's (Kafka's own records have offsets, too).</summary>
    public void Deliver(long offset)
    {
        lock (gate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(offset, last);
            last = offset;
            inHand.Enqueue(offset);
        }
    }

    public void Finish(long offset)
    {
        lock (gate)
        {
            finishedAhead.Add(offset);
            while (inHand.TryPeek(out var first) && finishedAhead.Remove(first))
            {
                inHand.Dequeue();
                next = first + 1;
            }
            if (inHand.Count == 0) idle?.TrySetResult();
        }
    }

    /// <summary>Done when nothing is in hand.</summary>
    public Task WhenIdle()
    {
        lock (gate)
        {
            if (inHand.Count == 0) return Task.CompletedTask;
            idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return idle.Task;
        }
    }
}
