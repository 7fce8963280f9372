using System.Collections.Concurrent;
using PaymentPipeline.EventLog;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors.Webhooks;

/// <summary>
/// Notices records that kill the process. The first batch of a partition in the life of a process is noted in the database
/// before it is touched: if processes keep beginning at the same offset, they died there.
/// </summary>
internal sealed class CrashGuard(AttemptStore attempts, TimeProvider time)
{
    // Two beginnings at one offset are a restart at a bad moment; three are a pattern.
    private const int BeginningsMax = 2;

    private readonly ConcurrentDictionary<TopicPartition, bool> _begun = [];

    /// <summary>True when earlier processes began at one of these records and never came past it.</summary>
    public async Task<bool> IsSuspectAsync(IReadOnlyList<LogRecord> batch, CancellationToken cancellationToken)
    {
        var suspect = false;
        foreach (var first in batch.DistinctBy(record => record.Partition))
        {
            if (_begun.ContainsKey(first.Partition)) continue;
            var beginnings = await attempts.CountAsync(
                $"begin {first.Partition.Topic}", first.Partition.Number, first.Offset, time.GetUtcNow(), cancellationToken);
            suspect |= beginnings > BeginningsMax;
            _begun.TryAdd(first.Partition, true);
        }
        return suspect;
    }
}
