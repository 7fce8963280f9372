using Microsoft.Extensions.Options;

namespace PaymentPipeline.Ingress;

/// <summary>
/// Waits for appends, none longer than <see cref="IngressOptions.AppendTimeoutMs"/>. All have the same limit, so they stand in the
/// order in which it is over, and one look at the first of them every now and then does for what a timer each would cost.
/// </summary>
internal sealed class AppendWaits : IDisposable
{
    /// <summary>How much later than the limit a wait may end.</summary>
    private static readonly TimeSpan lookEvery = TimeSpan.FromMilliseconds(50);

    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly LinkedList<Wait> _waiting = new();
    private readonly Lock _gate = new();
    private readonly ITimer _looking;

    public AppendWaits(IOptions<IngressOptions> options, TimeProvider time)
    {
        (_time, _limit) = (time, TimeSpan.FromMilliseconds(options.Value.AppendTimeoutMs));
        _looking = time.CreateTimer(static waits => ((AppendWaits)waits!).EndLateOnes(), this, lookEvery, lookEvery);
    }

    /// <summary>True when the append is done, however it ended; false when the time was over before.</summary>
    public Task<bool> ForAsync(Task append)
    {
        if (append.IsCompleted) return Task.FromResult(true);
        var wait = new Wait(this, _time.GetTimestamp());
        lock (_gate) _waiting.AddLast(wait.Place);
        // Where the log ends the append: no further queue before the answer.
        append.ConfigureAwait(ConfigureAwaitOptions.None).GetAwaiter().UnsafeOnCompleted(wait.End);
        return wait.Task;
    }

    public void Dispose() => _looking.Dispose();

    private void EndLateOnes()
    {
        while (TakeLate() is { } late) late.TrySetResult(false);
    }

    private Wait? TakeLate()
    {
        lock (_gate)
        {
            if (_waiting.First is not { } first || _time.GetElapsedTime(first.Value.Since) < _limit) return null;
            _waiting.RemoveFirst();
            return first.Value;
        }
    }

    private sealed class Wait : TaskCompletionSource<bool>
    {
        private readonly AppendWaits _waits;

        public Wait(AppendWaits waits, long since)
        {
            (_waits, Since) = (waits, since);
            Place = new LinkedListNode<Wait>(this);
        }

        public long Since { get; }

        public LinkedListNode<Wait> Place { get; }

        public void End()
        {
            lock (_waits._gate)
            {
                // Not there any more: its time was over.
                if (Place.List is null) return;
                _waits._waiting.Remove(Place);
            }
            TrySetResult(true);
        }
    }
}
