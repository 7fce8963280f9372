namespace PaymentPipeline.Processors.Outbox;

/// <summary>Rung after a commit that staged events, so that the relay need not poll. Rings that nobody waits for are one ring.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _rung = new(0, 1);

    public void Wake()
    {
        try
        {
            if (_rung.CurrentCount == 0) _rung.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another commit rang at the same moment: one ring is enough for both.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _rung.WaitAsync(atMost, cancellationToken);

    public void Dispose() => _rung.Dispose();
}
