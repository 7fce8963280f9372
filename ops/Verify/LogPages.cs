using System.Runtime.CompilerServices;
using PaymentPipeline.EventLog;
using PaymentPipeline.Storage.Checking;

namespace PaymentPipeline.Ops.Verify;

/// <summary>
/// Reads a topic whole, partition by partition, and goes on behind what is missing: the checker must see everything. Read again, it goes
/// on where it ended.
/// </summary>
internal sealed class LogPages(IEventLog log, string topic)
{
    private const int PageSize = 500;
    private const int GapsMax = 1000;

    private readonly SortedDictionary<int, ReadRange> _ranges = [];

    /// <summary>Offsets that should be there and are not; the first thousand.</summary>
    public List<string> Gaps { get; } = [];

    /// <summary>What was read.</summary>
    public IEnumerable<ReadRange> Ranges => _ranges.Values;

    public ReadRange RangeOf(int partition) => _ranges[partition];
    public int Partitions => _ranges.Count;

    /// <summary>From the first record kept, or where the last reading ended, to the end as it is when the reading begins.</summary>
    public async IAsyncEnumerable<LogRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken))
        {
            var number = partition.Number;
            _ranges.TryAdd(number, new ReadRange(topic, number, range.First, range.First, range.Next, null));
            for (var next = _ranges[number].Next; next < range.Next;)
            {
                var records = await ReadAsync(partition, next, cancellationToken);
                if (records.Count == 0)
                {
                    Missing($"{partition} has no offset {next}");
                    next++;
                }
                foreach (var record in records)
                {
                    if (record.Offset != next) Missing($"{partition} has no offsets {next} to {record.Offset - 1}");
                    next = record.Offset + 1;
                    var known = _ranges[number];
                    _ranges[number] = known with { Next = next, FirstAt = known.FirstAt ?? record.AppendedAt };
                    yield return record;
                }
            }
            _ranges[number] = _ranges[number] with { Next = Math.Max(_ranges[number].Next, range.Next) };
        }
    }

    /// <summary>The topic may have grown since it was read: notes by how much.</summary>
    public async Task LookAtEndAsync(CancellationToken cancellationToken)
    {
        foreach (var (partition, range) in await log.GetOffsetsAsync(topic, cancellationToken))
            _ranges[partition.Number] = _ranges[partition.Number] with { End = range.Next };
    }

    private void Missing(string gap)
    {
        if (Gaps.Count < GapsMax) Gaps.Add(gap);
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
