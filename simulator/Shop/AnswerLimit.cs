namespace PaymentPipeline.Simulator.Shop;

/// <summary>The time that one answer may take. One for each courier, used again and again: a new timer per request would cost.</summary>
internal sealed class AnswerLimit(TimeSpan limit, TimeProvider time) : IDisposable
{
    private CancellationTokenSource _source = new(Timeout.InfiniteTimeSpan, time);

    public CancellationToken Begin()
    {
        if (!_source.TryReset())
        {
            _source.Dispose();
            _source = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        }
        _source.CancelAfter(limit);
        return _source.Token;
    }

    public void Dispose() => _source.Dispose();
}
