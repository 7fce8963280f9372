using PaymentPipeline.Load.Sending;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>
/// Requests made before they are needed, so that sending them costs only the send. The memory is used again for the next ones.
/// </summary>
internal sealed class ReadyRequests(WebhookMix mix, int count)
{
    private readonly byte[]?[] _requests = new byte[]?[count];
    private long _next;

    public int Count => count;

    /// <summary>The last that <see cref="Next"/> made.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Current { get; private set; } = [];

    /// <summary>New events each time.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Next()
    {
        using var sender = mix.NewSender();
        var ready = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            var request = sender.Write(_next + i);
            if (_requests[i] is not { } kept || kept.Length != request.Length) _requests[i] = kept = new byte[request.Length];
            request.CopyTo(kept);
            ready[i] = kept;
        }
        _next += count;
        return Current = ready;
    }
}
