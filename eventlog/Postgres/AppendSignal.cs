using System.Collections.Concurrent;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Wakes those who wait for something by name: a topic (records appended), a group or a member (partitions moved).
/// A waiter takes its task before it looks, so that what happens between the look and the wait is not missed.
/// </summary>
internal sealed class AppendSignal
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> waiting = new(StringComparer.Ordinal);

    public static string OfGroup(string group) => $"group/{group}";

    /// <summary>Done as soon as one of the names is woken after this call.</summary>
    public Task Next(IEnumerable<string> names) => Task.WhenAny(names.Select(name =>
        waiting.GetOrAdd(name, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task));

    public void Wake(string name)
    {
        if (waiting.TryRemove(name, out var waiters)) waiters.TrySetResult();
    }

    public void WakeAll()
    {
        foreach (var name in waiting.Keys) Wake(name);
    }
}
