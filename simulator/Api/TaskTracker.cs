using System.Collections.Concurrent;

namespace PaymentPipeline.Simulator.Api;

/// <summary>Work that goes on beside the requests and is waited for at the end. What fails is told at once, on stderr.</summary>
internal sealed class TaskTracker
{
    private readonly ConcurrentDictionary<Task, byte> _tasks = [];

    public int Count => _tasks.Count;

    public void Add(Task task)
    {
        var watched = WatchAsync(task);
        _tasks.TryAdd(watched, 0);
        _ = watched.ContinueWith(
            done => _tasks.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public Task WhenAllAsync() => Task.WhenAll(_tasks.Keys);

    private static async Task WatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync(failure.ToString());
        }
    }
}
