namespace PaymentPipeline.EventLog.Postgres;

/// <summary>Wakes those who wait for something by name: a topic (records appended), a group or a member (partitions moved).</summary>
internal sealed class AppendSignal
{
    private readonly Lock gate = new();
    private volatile Listener[] listeners = [];

    public static string OfGroup(string group) => $"group/{group}";

    /// <summary>To be kept for as long as its owner waits now and then: a wait costs nothing that grows.</summary>
    public Listener Listen(IEnumerable<string> names)
    {
        var listener = new Listener(this, names.ToHashSet(StringComparer.Ordinal));
        lock (gate) listeners = [.. listeners, listener];
        return listener;
    }

    public void Wake(string name)
    {
        foreach (var listener in listeners)
            if (listener.Names.Contains(name)) listener.Ring();
    }

    public void WakeAll()
    {
        foreach (var listener in listeners) listener.Ring();
    }

    /// <summary>
    /// One who waits. It takes its task before it looks, so that what happens between the look and the wait is not missed.
    /// </summary>
    internal sealed class Listener(AppendSignal signal, HashSet<string> names) : IDisposable
    {
        private TaskCompletionSource? next;

        public IReadOnlySet<string> Names => names;

        /// <summary>Done as soon as one of the names is woken after this call.</summary>
        public Task Next()
        {
            var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref next, fresh, null) ?? fresh).Task;
        }

        public void Ring() => Interlocked.Exchange(ref next, null)?.TrySetResult();

        public void Dispose()
        {
            lock (signal.gate) signal.listeners = [.. signal.listeners.Where(listener => listener != this)];
        }
    }
}
