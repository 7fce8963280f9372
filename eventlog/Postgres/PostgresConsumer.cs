namespace PaymentPipeline.EventLog.Postgres;

/// <summary>Reads what its <see cref="GroupMember"/> holds.</summary>
internal sealed class PostgresConsumer(GroupMember member, LogReader reader, TimeProvider time) : ILogConsumer
{
    private int turn;

    public async Task<LogPoll> PollAsync(int maxRecords, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            // Taken before the look, so that what is appended between the look and the wait is not missed.
            var change = member.NextChange();
            var moves = await member.TellMovesAsync(cancellationToken);
            if (moves.Revoked.Count + moves.Lost.Count > 0) return moves;
            var records = await ReadAsync(maxRecords, cancellationToken);
            var left = atMost - time.GetElapsedTime(started);
            if (records.Count > 0 || moves.Assigned.Count > 0 || left <= TimeSpan.Zero) return moves with { Records = records };
            await Waiting.ForAsync(
                change, left < PostgresEventLog.FallbackPoll ? left : PostgresEventLog.FallbackPoll, time, cancellationToken);
        }
    }

    public Task<IReadOnlyCollection<TopicPartition>> CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken) =>
        member.CommitAsync(nextOffsets, cancellationToken);

    public void Pause(IReadOnlyCollection<TopicPartition> partitions) => member.SetPaused(partitions, true);

    public void Resume(IReadOnlyCollection<TopicPartition> partitions) => member.SetPaused(partitions, false);

    public ValueTask DisposeAsync() => member.DisposeAsync();

    /// <summary>Each poll starts with another partition, so that a full one cannot starve the others.</summary>
    private async Task<IReadOnlyList<LogRecord>> ReadAsync(int maxRecords, CancellationToken cancellationToken)
    {
        var positions = member.Positions();
        if (positions.Count == 0) return [];
        var first = turn++ % positions.Count;
        ReadPosition[] turned = [.. positions.Skip(first), .. positions.Take(first)];
        return member.Take(await reader.ReadAsync(turned, maxRecords, cancellationToken));
    }
}
