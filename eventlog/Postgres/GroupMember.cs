using Microsoft.Extensions.Logging;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// One member of a consumer group, which keeps its leases by heartbeats in the background, so that a slow caller loses
/// nothing. What moves is kept until the caller's next poll:
/// 1. a partition got at a heartbeat is told as assigned, and read from then on;
/// 2. one beyond the fair share is told as revoked, and given back at the poll after;
/// 3. one that another member holds, or all when no heartbeat succeeded for a lease, are told as lost.
/// </summary>
internal sealed class GroupMember(
    GroupStore store, AppendSignal signal, Action<string> wakeEverywhere, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private enum Phase { Fresh, Held, RevokeAsked, RevokeTold }

    private sealed class Holding(long epoch)
    {
        public long Epoch { get; } = epoch;

        public Phase Phase { get; set; }

        public bool Paused { get; set; }

        public ReadPosition Position { get; set; }
    }

    private readonly CancellationTokenSource stopping = new();
    private readonly SemaphoreSlim talking = new(1);
    private readonly Lock gate = new();
    private readonly Dictionary<TopicPartition, Holding> holdings = [];
    private readonly List<TopicPartition> lost = [];
    private readonly string movedSignal = $"member/{Guid.CreateVersion7(time.GetUtcNow()):n}";
    private AppendSignal.Listener? changes;
    private Task heartbeats = Task.CompletedTask;
    private long renewedAt = time.GetTimestamp();
    private int left;

    /// <summary>Done when records were appended or partitions moved after this call.</summary>
    public Task NextChange() => (changes ??= signal.Listen([.. store.Topics, movedSignal])).Next();

    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await HeartbeatAsync(cancellationToken);
        // The others make room at once instead of at their next heartbeat.
        wakeEverywhere(AppendSignal.OfGroup(store.Group));
        heartbeats = KeepLeasesAsync();
    }

    /// <summary>Gives back what was told as revoked before, and tells what has moved since.</summary>
    public async Task<LogPoll> TellMovesAsync(CancellationToken cancellationToken)
    {
        LoseAllIfLeaseRanOut();
        await GiveBackAsync(cancellationToken);
        lock (gate)
        {
            var assigned = Advance(Phase.Fresh, Phase.Held);
            var revoked = Advance(Phase.RevokeAsked, Phase.RevokeTold);
            TopicPartition[] gone = [.. lost];
            lost.Clear();
            if (assigned.Length + revoked.Length + gone.Length > 0)
                Log.PartitionsMoved(logger, store.Group, assigned.Length, revoked.Length, gone.Length);
            return new LogPoll([], assigned, revoked, gone);
        }
    }

    /// <summary>Where to read on: the partitions that are held, told, and not paused.</summary>
    public IReadOnlyList<ReadPosition> Positions()
    {
        lock (gate)
            return [.. holdings.Values.Where(holding => holding is { Phase: Phase.Held, Paused: false })
                .Select(holding => holding.Position)];
    }

    /// <summary>Moves the positions past the records, and answers with those that still belong to this member.</summary>
    public IReadOnlyList<LogRecord> Take(List<LogRecord> records)
    {
        lock (gate)
        {
            records.RemoveAll(record => !holdings.TryGetValue(record.Partition, out var holding)
                || holding.Phase != Phase.Held || holding.Position.Offset > record.Offset);
            foreach (var record in records)
            {
                var holding = holdings[record.Partition];
                holding.Position = holding.Position with { Offset = record.Offset + 1, Since = record.AppendedAt.UtcDateTime };
            }
            return records;
        }
    }

    public void SetPaused(IReadOnlyCollection<TopicPartition> partitions, bool paused)
    {
        lock (gate)
        {
            foreach (var partition in partitions)
                if (holdings.TryGetValue(partition, out var holding)) holding.Paused = paused;
        }
    }

    public async Task<IReadOnlyCollection<TopicPartition>> CommitAsync(
        IReadOnlyDictionary<TopicPartition, long> nextOffsets, CancellationToken cancellationToken)
    {
        List<KeyValuePair<TopicPartition, long>> epochs;
        lock (gate)
            epochs = [.. nextOffsets.Keys.Where(holdings.ContainsKey).Select(one => KeyValuePair.Create(one, holdings[one].Epoch))];
        if (epochs.Count == 0) return [.. nextOffsets.Keys];
        var stored = await store.CommitAsync(epochs, [.. epochs.Select(one => nextOffsets[one.Key])], cancellationToken);
        return [.. nextOffsets.Keys.Except(stored)];
    }

    /// <summary>Leaves the group, so that the others take over at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref left, 1) == 1) return;
        await stopping.CancelAsync();
        await heartbeats;
        try
        {
            await store.LeaveAsync(CancellationToken.None);
            wakeEverywhere(AppendSignal.OfGroup(store.Group));
        }
        catch (EventLogException failure)
        {
            Log.LeaveFailed(logger, store.Group, failure);
        }
        changes?.Dispose();
        talking.Dispose();
        stopping.Dispose();
    }

    private async Task KeepLeasesAsync()
    {
        using var moves = signal.Listen([AppendSignal.OfGroup(store.Group)]);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Waiting.ForAsync(moves.Next(), store.Lease / 3, time, stopping.Token);
                await HeartbeatAsync(stopping.Token);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Leases must be kept trying for, whatever the failure; when it lasts, they run out by the clock.
                Log.HeartbeatFailed(logger, store.Group, failure);
                LoseAllIfLeaseRanOut();
                await Task.WhenAny(Task.Delay(store.Lease / 10, time, stopping.Token));
            }
        }
    }

    /// <summary>One talk with the group's tables at a time: a partition given back must not come back with an older answer.</summary>
    private async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        await talking.WaitAsync(cancellationToken);
        try
        {
            KeyValuePair<TopicPartition, long>[] held;
            lock (gate) held = [.. holdings.Select(one => KeyValuePair.Create(one.Key, one.Value.Epoch))];
            // The lease runs from before the question, so it ends here before it ends in the database.
            var asked = time.GetTimestamp();
            var now = await store.HeartbeatAsync(held, cancellationToken);
            if (Apply(now, asked)) signal.Wake(movedSignal);
        }
        finally
        {
            talking.Release();
        }
    }

    private bool Apply(List<HeldPartition> now, long asked)
    {
        lock (gate)
        {
            renewedAt = asked;
            var epochs = now.ToDictionary(one => one.Partition, one => one.Epoch);
            var gone = holdings.Where(one => !epochs.TryGetValue(one.Key, out var epoch) || epoch != one.Value.Epoch).ToList();
            foreach (var (partition, holding) in gone) Lose(partition, holding);
            var changed = gone.Count > 0;
            foreach (var one in now) changed |= Note(one);
            return changed;
        }
    }

    private bool Note(HeldPartition one)
    {
        if (!holdings.TryGetValue(one.Partition, out var holding))
        {
            holdings[one.Partition] = new Holding(one.Epoch)
            {
                Position = new ReadPosition(store.TopicOf(one.Partition), one.Partition.Number, one.NextOffset, ReadPosition.AnyTime),
            };
            return true;
        }
        var phase = (holding.Phase, one.Surplus) switch
        {
            (Phase.Held, true) => Phase.RevokeAsked,
            (Phase.RevokeAsked, false) => Phase.Held,
            _ => holding.Phase,
        };
        if (phase == holding.Phase) return false;
        holding.Phase = phase;
        return true;
    }

    private void Lose(TopicPartition partition, Holding holding)
    {
        holdings.Remove(partition);
        if (holding.Phase != Phase.Fresh) lost.Add(partition);
    }

    private void LoseAllIfLeaseRanOut()
    {
        lock (gate)
        {
            if (holdings.Count == 0 || time.GetElapsedTime(renewedAt) < store.Lease) return;
            Log.LeaseRanOut(logger, store.Group, holdings.Count);
            foreach (var (partition, holding) in holdings.ToList()) Lose(partition, holding);
        }
        signal.Wake(movedSignal);
    }

    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        KeyValuePair<TopicPartition, long>[] given;
        lock (gate)
            given = [.. holdings.Where(one => one.Value.Phase == Phase.RevokeTold)
                .Select(one => KeyValuePair.Create(one.Key, one.Value.Epoch))];
        if (given.Length == 0) return;
        await talking.WaitAsync(cancellationToken);
        try
        {
            await store.ReleaseAsync(given, cancellationToken);
            lock (gate) foreach (var (partition, _) in given) holdings.Remove(partition);
        }
        finally
        {
            talking.Release();
        }
        wakeEverywhere(AppendSignal.OfGroup(store.Group));
    }

    private TopicPartition[] Advance(Phase from, Phase to)
    {
        var moved = holdings.Where(one => one.Value.Phase == from).Select(one => one.Key).ToArray();
        foreach (var partition in moved) holdings[partition].Phase = to;
        return moved;
    }
}
