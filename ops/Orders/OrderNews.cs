using System.Threading.Channels;
using PaymentPipeline.Client;

namespace PaymentPipeline.Ops.Orders;

/// <summary>What the event feed tells of one order.</summary>
internal sealed class OrderNews
{
    private static readonly TimeSpan limit = TimeSpan.FromSeconds(60);
    private readonly Channel<PaymentEvent> _told = Channel.CreateUnbounded<PaymentEvent>();
    private PaymentEvent? _newest;

    public void Tell(PaymentEvent told) => _told.Writer.TryWrite(told);

    /// <summary>The feed ended: who waits for more waits no longer.</summary>
    public void End(Exception reason) => _told.Writer.TryComplete(reason);

    /// <summary>Waits until the newest event says so.</summary>
    /// <exception cref="OrderException">It did not within a minute.</exception>
    public async Task UntilAsync(string what, Func<PaymentEventData, bool> reached, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        waiting.CancelAfter(limit);
        try
        {
            while (_newest is null || !reached(_newest.Data))
            {
                var told = await _told.Reader.ReadAsync(waiting.Token);
                // Delivered at least once, and newer ones may have been read already.
                if (_newest is null || told.Sequence > _newest.Sequence) _newest = told;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var last = _newest is null ? "no event of it came" : $"the last event was {_newest.Type}, {EndOf(_newest.Data)}";
            throw new OrderException($"not {what} after {limit.TotalSeconds:0} s: {last}");
        }
        catch (ChannelClosedException ended)
        {
            throw new OrderException($"not {what}: the event feed ended: {ended.InnerException?.Message}");
        }
    }

    public static OrderEnd EndOf(PaymentEventData data) => new(data.Status ?? "?", data.AmountCaptured, data.AmountRefunded);
}

/// <summary>An order went another way than it should.</summary>
internal sealed class OrderException : Exception
{
    public OrderException() { }
    public OrderException(string message) : base(message) { }
    public OrderException(string message, Exception innerException) : base(message, innerException) { }
}
