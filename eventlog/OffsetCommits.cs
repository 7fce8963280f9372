using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog;

/// <summary>Commits what is finished, one commit at a time. A refused partition has another owner: its work here is over.</summary>
internal sealed class OffsetCommits(ILogConsumer consumer, string group, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim oneAtATime = new(1);

    /// <summary>False when the log did not take it: the offsets go with the next commit.</summary>
    public async Task<bool> CommitAsync(IEnumerable<PartitionAssignment> assignments)
    {
        await oneAtATime.WaitAsync();
        try
        {
            var due = assignments.Where(one => !one.IsOver && one.Tracker.Next is { } next && next != one.Committed)
                .ToDictionary(one => one, one => one.Tracker.Next.GetValueOrDefault());
            if (due.Count > 0) await CommitAsync(due);
            return true;
        }
        catch (EventLogException failure)
        {
            Log.CommitFailed(logger, group, failure);
            Count("failed");
            return false;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    public void Dispose() => oneAtATime.Dispose();

    private async Task CommitAsync(Dictionary<PartitionAssignment, long> due)
    {
        var offsets = due.ToDictionary(one => one.Key.Partition, one => one.Value);
        var refused = await consumer.CommitAsync(offsets, CancellationToken.None);
        foreach (var (assignment, next) in due)
        {
            if (refused.Contains(assignment.Partition)) assignment.End();
            else assignment.Committed = next;
        }
        Count(refused.Count == 0 ? "stored" : "fenced");
        if (refused.Count == 0) return;
        EventLogMetrics.PartitionsFenced.Add(refused.Count);
        Log.CommitFenced(logger, group, refused.Count);
    }

    private static void Count(string outcome) =>
        EventLogMetrics.Commits.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
