namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// When the brokers let everything time out, which their metadata does not always tell (a cluster without its controllers keeps
/// the old), waiting again for each append would only fill the memory: all are refused at once, but one in each second that tries.
/// </summary>
internal sealed class StallGuard(TimeProvider time)
{
    private static readonly TimeSpan pace = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private volatile bool stalled;
    private long lastTry;

    /// <summary>False when stalled and it is not time for the next try.</summary>
    public bool TryEnter()
    {
        if (!stalled) return true;
        lock (gate)
        {
            if (stalled && time.GetElapsedTime(lastTry) < pace) return false;
            lastTry = time.GetTimestamp();
            return true;
        }
    }

    public void Stalled()
    {
        lock (gate)
        {
            stalled = true;
            lastTry = time.GetTimestamp();
        }
    }

    public void Well()
    {
        if (stalled) stalled = false;
    }
}
