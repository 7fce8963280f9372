namespace PaymentPipeline.EventLog.Postgres;

/// <summary>Reads what its <see cref="GroupMember"/> holds.</summary>
internal sealed class PostgresConsumer(GroupMember member, LogReader reader, TimeProvider time) : ILogConsumer
{
    private int turn;

    /// <summary>Taken before a look that found all there was: until it is done, there is nothing more. Null when one must look.</summary>
    private Task? seenAll;

    public async Task<LogPoll> PollAsync(int maxRecords, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            // Taken before the look, so that what is appended between the look and the wait is not missed.
            var change = seenAll is { IsCompleted: false } ? seenAll : member.NextChange();
            var moves = await member.TellMovesAsync(cancellationToken);
            if (moves.Assigned.Count > 0) seenAll = null;
            // Moves are told once: they are not kept back for a look that may fail.
            if (moves.Assigned.Count + moves.Revoked.Count + moves.Lost.Count > 0) return moves;
            var records = seenAll == change ? [] : await ReadAsync(maxRecords, change, cancellationToken);
            var left = atMost - time.GetElapsedTime(started);
            if (records.Count > 0 || left <= TimeSpan.Zero) return moves with { Records = records };
            await Waiting.ForAsync(
                change, left < PostgresEventLog.FallbackPoll ? left : PostgresEventLog.FallbackPoll, time, cancellationToken);
            // An announcement may be lost: whatever was waited for, the next look looks.
            seenAll = null;
        }
    }

    public Task<IReadOnlyCollection<TopicPartition>> CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken) =>
        member.CommitAsync(nextOffsets, cancellationToken);

    public void Pause(IReadOnlyCollection<TopicPartition> partitions) => member.SetPaused(partitions, true);

    public void Resume(IReadOnlyCollection<TopicPartition> partitions)
    {
        seenAll = null;
        member.SetPaused(partitions, false);
    }

    public ValueTask DisposeAsync() => member.DisposeAsync();

    /// <summary>Each poll starts with another partition, so that a full one cannot starve the others.</summary>
    private async Task<IReadOnlyList<LogRecord>> ReadAsync(int maxRecords, Task change, CancellationToken cancellationToken)
    {
        var positions = member.Positions();
        if (positions.Count == 0) return [];
        var first = turn++ % positions.Count;
        ReadPosition[] turned = [.. positions.Skip(first), .. positions.Take(first)];
        var records = await reader.ReadAsync(turned, maxRecords, cancellationToken);
        seenAll = records.Count < maxRecords ? change : null;
        return member.Take(records);
    }
}
