using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// A process in a group: it joins with a member for each topic, so that each topic is divided by itself. The assignor evens out how many
/// partitions a member has in all, and a member of several topics may get all of the busiest one while its neighbour gets the idle ones.
/// </summary>
internal sealed class GroupConsumer : ILogConsumer
{
    private readonly Dictionary<string, GroupMember> members;
    private readonly GroupInbox[] inboxes;
    private readonly TimeProvider time;
    private TaskCompletionSource change = NewChange();
    private int firstInTurn;

    public GroupConsumer(ClientSettings settings, string group, IReadOnlyCollection<string> topics, TimeProvider time, ILogger logger)
    {
        this.time = time;
        members = topics.ToDictionary(
            topic => topic,
            topic => new GroupMember(settings, group, topic, () => Volatile.Read(ref change).TrySetResult(), time, logger),
            StringComparer.Ordinal);
        inboxes = [.. members.Values.Select(member => member.Inbox)];
    }

    public async Task<LogPoll> PollAsync(int maxRecords, TimeSpan atMost, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var inbox in inboxes) inbox.GiveUpRevoked();
        var began = time.GetTimestamp();
        while (true)
        {
            // Renewed before the look, so that a change after the look is heard.
            if (change.Task.IsCompleted) Volatile.Write(ref change, NewChange());
            if (Take(maxRecords) is { } poll) return poll;
            var left = atMost - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero) return new LogPoll([], [], [], []);
            await change.Task.WaitAsync(left, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<IReadOnlyCollection<TopicPartition>> CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken)
    {
        var commits = nextOffsets.GroupBy(pair => pair.Key.Topic).Select(
            topic => members[topic.Key].CommitAsync(topic.ToDictionary(), cancellationToken));
        return [.. (await Task.WhenAll(commits)).SelectMany(refused => refused)];
    }

    public void Pause(IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var topic in partitions.GroupBy(partition => partition.Topic)) members[topic.Key].Inbox.Pause([.. topic]);
    }

    public void Resume(IReadOnlyCollection<TopicPartition> partitions)
    {
        foreach (var topic in partitions.GroupBy(partition => partition.Topic)) members[topic.Key].Inbox.Resume([.. topic]);
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(members.Values.Select(member => member.DisposeAsync().AsTask()));

    /// <summary>Each look begins with another topic, so that a full one cannot starve the rest.</summary>
    private LogPoll? Take(int maxRecords)
    {
        firstInTurn = (firstInTurn + 1) % inboxes.Length;
        LogPoll? all = null;
        for (var i = 0; i < inboxes.Length; i++)
        {
            if (inboxes[(firstInTurn + i) % inboxes.Length].Take(maxRecords - (all?.Records.Count ?? 0)) is not { } poll) continue;
            all = all is null ? poll : Joined(all, poll);
        }
        return all;
    }

    private static LogPoll Joined(LogPoll one, LogPoll other) => new(
        [.. one.Records, .. other.Records], [.. one.Assigned, .. other.Assigned], [.. one.Revoked, .. other.Revoked],
        [.. one.Lost, .. other.Lost]);

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
