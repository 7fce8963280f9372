namespace PaymentPipeline.Simulator.Shop;

/// <summary>Spreads deliveries over time; a rate of 0 does not wait. Late ones are caught up at once.</summary>
internal sealed class Pace(double ratePerSecond, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();
    private long _count;

    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (ratePerSecond <= 0) return ValueTask.CompletedTask;
        var early = TimeSpan.FromSeconds(_count++ / ratePerSecond) - time.GetElapsedTime(_started);

        // Below the timer's own grain a wait would come out longer than asked for.
        return early < TimeSpan.FromMilliseconds(2) ? ValueTask.CompletedTask : new ValueTask(Task.Delay(early, time, cancellationToken));
    }
}
