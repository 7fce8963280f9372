using Npgsql;

namespace PaymentPipeline.Storage.Operations;

/// <summary>
/// Merges the small transactions of many callers into few (docs/decisions/0020):
/// 1. work that finds a free lane goes at once, so that a lone caller never waits for company;
/// 2. while one is busy work queues up, and the next to be free takes all of it, at most <paramref name="atMost"/>; another lane joins
/// in for <paramref name="worthALane"/> or more of it, since a transaction costs much more than what it holds, or when the busy one is
/// slow: it may wait for somebody's lock, which is no matter of the others;
/// 3. each caller is answered when the transaction is durable. One that the database refuses is done again in halves, so that in the
///    end only whose work it is hears of it. A connection that broke is told to all: what became of the commit is theirs to find out.
/// </summary>
/// <param name="commit">One transaction for all of the work; an outcome for each, in its order.</param>
/// <param name="lanes">Transactions at a time.</param>
internal sealed class GroupCommit<TWork, TResult>(
    Func<IReadOnlyList<TWork>, Task<IReadOnlyList<Outcome<TResult>>>> commit, int lanes, int atMost, int worthALane, TimeProvider time)
{
    /// <summary>Longer than a transaction takes that nobody holds up.</summary>
    private static readonly TimeSpan slow = TimeSpan.FromMilliseconds(50);

    private readonly Queue<Waiting> _queue = [];
    private int _busy;
    private int _slow;

    public Task<TResult> RunAsync(TWork work)
    {
        var waiting = new Waiting(work);
        lock (_queue)
        {
            _queue.Enqueue(waiting);
        }
        JoinIn();
        return waiting.Task;
    }

    private void JoinIn()
    {
        lock (_queue)
        {
            if (_busy == lanes || !IsWorthALane(others: _busy - _slow)) return;
            _busy++;
        }
        // Not in the caller's context: a lane works for others too.
        ThreadPool.UnsafeQueueUserWorkItem(static group => _ = group.DrainAsync(), this, preferLocal: true);
    }

    private async Task DrainAsync()
    {
        while (Take() is { Count: > 0 } taken)
        {
            var committing = CommitAsync(taken);
            if (await Task.WhenAny(committing, Task.Delay(slow, time)) != committing) await OvertakenAsync(committing);
        }
    }

    private async Task OvertakenAsync(Task committing)
    {
        lock (_queue) _slow++;
        JoinIn();
        try
        {
            await committing;
        }
        finally
        {
            lock (_queue) _slow--;
        }
    }

    private List<Waiting> Take()
    {
        lock (_queue)
        {
            var taken = new List<Waiting>(Math.Min(_queue.Count, atMost));
            if (IsWorthALane(others: _busy - _slow - 1))
                while (taken.Count < atMost && _queue.TryDequeue(out var waiting)) taken.Add(waiting);
            if (taken.Count == 0) _busy--;
            return taken;
        }
    }

    /// <summary>What one lane leaves is taken by another that is busy: only the last one takes whatever there is.</summary>
    /// <param name="others">Lanes that are about to come for it.</param>
    private bool IsWorthALane(int others) => _queue.Count >= (others == 0 ? 1 : worthALane);

    private async Task CommitAsync(List<Waiting> together)
    {
        try
        {
            var outcomes = await commit(together.ConvertAll(waiting => waiting.Work));
            for (var i = 0; i < outcomes.Count; i++) together[i].End(outcomes[i]);
        }
        catch (Exception exception) when (together.Count == 1 || IsBroken(exception))
        {
            foreach (var waiting in together) waiting.End(new(exception));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            var half = together.Count / 2;
            await CommitAsync(together.GetRange(0, half));
            await CommitAsync(together.GetRange(half, together.Count - half));
        }
    }

    /// <summary>Not the server's own word, so nobody's work is to blame.</summary>
    private static bool IsBroken(Exception exception) =>
        exception is not PostgresException && DatabaseErrors.Classify(exception) == DatabaseErrorKind.Unavailable;

    private sealed class Waiting(TWork work) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TWork Work { get; } = work;

        public void End(Outcome<TResult> outcome)
        {
            if (outcome.Error is { } error) SetException(error);
            else SetResult(outcome.Value!);
        }
    }
}

/// <summary>What came of one caller's work in a common transaction: a value, or why there is none.</summary>
internal readonly record struct Outcome<T>
{
    public Outcome(T value) => Value = value;

    public Outcome(Exception error) => Error = error;

    public T? Value { get; }
    public Exception? Error { get; }
}
