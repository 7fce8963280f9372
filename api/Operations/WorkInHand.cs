using System.Collections.Concurrent;

namespace PaymentPipeline.Api.Operations;

/// <summary>
/// Operations whose callers may have left. A stop waits for them, within the host's own limit; what it cuts off is taken over by
/// another process, or by the next start.
/// </summary>
internal sealed class WorkInHand(OperationMetrics metrics, ILogger<WorkInHand> logger) : IHostedService
{
    private readonly ConcurrentDictionary<Task, byte> _tasks = [];
    private int _count;

    public Task<T> Track<T>(Func<Task<T>> work)
    {
        var task = work();
        _tasks.TryAdd(task, 0);
        metrics.InHand(Interlocked.Increment(ref _count));
        task.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    /// <summary>Nobody waits for its answer any more: a failure of it is logged, once it ends.</summary>
    public void Abandon(Task work) => work.ContinueWith(
        task => Log.OperationFailed(logger, task.Exception!.GetBaseException()), CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_tasks.Keys).WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Each failure was logged where it happened; what is cut off here is open in the books.
            Log.WorkCutOff(logger, _tasks.Count);
        }
    }

    private void Ended(Task task)
    {
        _tasks.TryRemove(task, out _);
        metrics.InHand(Interlocked.Decrement(ref _count));
    }
}
