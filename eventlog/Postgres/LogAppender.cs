using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Sends each record to the lane of its partition. Lanes share no partition, so their transactions never wait for each other.
/// </summary>
internal sealed class LogAppender : IAsyncDisposable
{
    private readonly TopicCatalog catalog;
    private readonly TimeProvider time;
    private readonly AppendLane[] lanes;

    public LogAppender(
        LogDatabase database, TopicCatalog catalog, EventLogOptions options, AppendSignal signal, AppendAnnouncer announcer,
        TimeProvider time, ILogger logger)
    {
        (this.catalog, this.time) = (catalog, time);
        lanes = new AppendLane[options.Postgres.AppendsInFlight];
        for (var i = 0; i < lanes.Length; i++) lanes[i] = new AppendLane(database, options, signal, announcer, time, logger);
    }

    public Task AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (records.Count != 1 || !catalog.TryGet(records[0].Topic, out var topic)) return AppendAllAsync(records, cancellationToken);
        // The ingress's way: nothing to wait for but the lane.
        var single = RoutedRecord.From(records[0], topic);
        return Enqueue(LaneOf(single), [single]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in lanes) await lane.DisposeAsync();
    }

    private async Task AppendAllAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellationToken)
    {
        var shares = new List<RoutedRecord>[lanes.Length];
        for (var i = 0; i < records.Count; i++)
        {
            var record = await RouteAsync(records[i], cancellationToken);
            (shares[LaneOf(record)] ??= []).Add(record);
        }
        await EnqueueAllAsync(shares);
    }

    private async ValueTask<RoutedRecord> RouteAsync(LogAppend record, CancellationToken cancellationToken) =>
        RoutedRecord.From(record, catalog.TryGet(record.Topic, out var topic) ? topic
            : await catalog.GetAsync(record.Topic, cancellationToken));

    private int LaneOf(in RoutedRecord record) => record.Partition % lanes.Length;

    /// <summary>Waits for every share, also when one is refused: until then the caller must not reuse its bytes.</summary>
    private async Task EnqueueAllAsync(List<RoutedRecord>?[] shares)
    {
        var pending = new List<Task>(shares.Length);
        for (var lane = 0; lane < shares.Length; lane++)
            if (shares[lane] is { } share) pending.Add(Enqueue(lane, [.. share]));
        await Task.WhenAll(pending);
    }

    private Task Enqueue(int lane, RoutedRecord[] share)
    {
        var append = new PendingAppend(share, time.GetTimestamp());
        try
        {
            lanes[lane].Enqueue(append);
        }
        catch (EventLogUnavailableException full)
        {
            return Task.FromException(full);
        }
        return append.Task;
    }
}
