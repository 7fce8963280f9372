using System.Runtime.CompilerServices;
using PaymentPipeline.EventLog;

namespace PaymentPipeline.Ops.Verify;

/// <summary>Reads a topic whole, partition by partition, and goes on behind what is missing: the checker must see everything.</summary>
internal sealed class LogPages(IEventLog log)
{
    private const int PageSize = 500;

    /// <summary>Offsets that should be there and are not.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>From the first record kept to the end as it was when the reading began.</summary>
    public async IAsyncEnumerable<LogRecord> ReadAsync(string topic, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken))
        {
            for (var next = range.First; next < range.Next;)
            {
                var records = await ReadAsync(partition, next, cancellationToken);
                if (records.Count == 0) Gaps.Add($"{partition} has no offset {next++}");
                foreach (var record in records)
                {
                    if (record.Offset != next) Gaps.Add($"{partition} has no offsets {next} to {record.Offset - 1}");
                    next = record.Offset + 1;
                    yield return record;
                }
            }
        }
    }

    private async Task<IReadOnlyList<LogRecord>> ReadAsync(TopicPartition partition, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadAsync(partition, offset, PageSize, cancellationToken);
        }
        catch (EventLogException exception) when (exception is not EventLogUnavailableException)
        {
            // The log refuses to read over a hole. Here the hole is the finding.
            return [];
        }
    }
}
