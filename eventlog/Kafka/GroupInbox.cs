namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// What lies between the pump (one thread, in the client's callbacks) and the caller of PollAsync: fetched records by partition,
/// and the comings and goings of partitions. A plain monitor; it knows nothing of Kafka.
/// </summary>
/// <param name="capacity">Records that wait here at most before the pump holds back.</param>
/// <param name="changed">Called under the lock when there may be something to take.</param>
internal sealed class GroupInbox(int capacity, Action changed)
{
    private readonly object gate = new();
    private readonly Dictionary<TopicPartition, Queue<LogRecord>> owned = [];
    private readonly List<TopicPartition> order = [];
    private readonly HashSet<TopicPartition> paused = [];
    private readonly HashSet<TopicPartition> held = [];
    private readonly HashSet<TopicPartition> assigned = [];
    private readonly HashSet<TopicPartition> revoking = [];
    private readonly HashSet<TopicPartition> lost = [];
    private Exception? failure;
    private int deliverable;
    private int occupied;
    private int firstInTurn;
    private bool revocationUnread;
    private bool awaitingCaller;
    private bool closed;

    // The pump's side.

    public void Assign(IEnumerable<TopicPartition> partitions)
    {
        lock (gate)
        {
            foreach (var partition in partitions)
            {
                if (!owned.TryAdd(partition, new Queue<LogRecord>())) continue;
                order.Add(partition);
                assigned.Add(partition);
            }
            changed();
        }
    }

    /// <summary>Records of partitions that are not owned any more are dropped: their new owner reads them.</summary>
    public void Add(List<LogRecord> records)
    {
        lock (gate)
        {
            foreach (var record in records)
            {
                if (!owned.TryGetValue(record.Partition, out var queue) || revoking.Contains(record.Partition)) continue;
                queue.Enqueue(record);
                if (!paused.Contains(record.Partition)) deliverable++;
                if (!held.Contains(record.Partition)) occupied++;
            }
            changed();
        }
    }

    /// <summary>False when the caller took too long to make room.</summary>
    public bool WaitForRoom(TimeSpan patience)
    {
        lock (gate) return Wait(() => closed || occupied < capacity, patience);
    }

    /// <summary>Waits; at a close no longer.</summary>
    public void WaitForClose(TimeSpan atMost)
    {
        lock (gate) Wait(() => closed, atMost);
    }

    public bool HasMuchRoom
    {
        get { lock (gate) return closed || occupied <= capacity / 2; }
    }

    /// <summary>
    /// Announces the revocation, drops what was not handed out yet, and waits until the caller polls again after having read of
    /// it. The partitions stay owned meanwhile, so that the caller can commit. False when the grace was over first.
    /// </summary>
    public bool Revoke(IReadOnlyCollection<TopicPartition> partitions, TimeSpan grace)
    {
        lock (gate)
        {
            if (closed) return true;
            foreach (var partition in partitions)
            {
                if (!owned.ContainsKey(partition)) continue;
                Drop(partition);
                // Never told of it: the caller has nothing in hand.
                if (!assigned.Remove(partition)) revoking.Add(partition);
            }
            if (revoking.Count == 0) return true;
            revocationUnread = true;
            awaitingCaller = true;
            changed();
            if (Wait(() => closed || !awaitingCaller, grace)) return true;
            awaitingCaller = revocationUnread = false;
            lost.UnionWith(revoking);
            return false;
        }
    }

    /// <summary>Ends ownership: after a revocation, or without one because others own them already.</summary>
    /// <param name="tellCaller">The partitions are reported as lost.</param>
    public void Remove(IReadOnlyCollection<TopicPartition> partitions, bool tellCaller)
    {
        lock (gate)
        {
            foreach (var partition in partitions)
            {
                Drop(partition);
                var known = owned.Remove(partition) && !assigned.Remove(partition);
                order.Remove(partition);
                paused.Remove(partition);
                held.Remove(partition);
                revoking.Remove(partition);
                if (tellCaller && known) lost.Add(partition);
            }
            changed();
        }
    }

    /// <summary>The group is left: all partitions are reported as lost.</summary>
    public void LoseAll()
    {
        lock (gate) Remove([.. owned.Keys], tellCaller: true);
    }

    /// <summary>
    /// What the caller has paused and what fills the inbox: the client is to fetch no more of it, and it takes no room from the others
    /// any longer. A short pause never comes to this, so that nothing is fetched twice for it.
    /// </summary>
    public IReadOnlyList<TopicPartition> HoldPaused()
    {
        lock (gate)
        {
            var more = paused.Where(partition => owned[partition].Count > 0 && !held.Contains(partition)).ToList();
            foreach (var partition in more)
            {
                held.Add(partition);
                occupied -= owned[partition].Count;
            }
            return more;
        }
    }

    /// <summary>What the caller has resumed: to be fetched again.</summary>
    public IReadOnlyList<TopicPartition> TakeReleased()
    {
        lock (gate)
        {
            if (held.Count == 0) return [];
            var released = held.Where(partition => !paused.Contains(partition)).ToList();
            foreach (var partition in released)
            {
                held.Remove(partition);
                occupied += owned[partition].Count;
            }
            return released;
        }
    }

    public bool IsHeld(TopicPartition partition)
    {
        lock (gate) return held.Contains(partition);
    }

    public void Fail(Exception exception)
    {
        lock (gate)
        {
            failure ??= exception;
            changed();
        }
    }

    // The caller's side.

    public bool Owns(TopicPartition partition)
    {
        lock (gate) return owned.ContainsKey(partition);
    }

    public void Pause(IReadOnlyCollection<TopicPartition> partitions)
    {
        lock (gate)
        {
            foreach (var partition in partitions)
                if (owned.TryGetValue(partition, out var queue) && paused.Add(partition)) deliverable -= queue.Count;
        }
    }

    public void Resume(IReadOnlyCollection<TopicPartition> partitions)
    {
        lock (gate)
        {
            foreach (var partition in partitions)
                if (paused.Remove(partition)) deliverable += owned[partition].Count;
            changed();
        }
    }

    /// <summary>The caller polls again: what it read of as revoked is finished.</summary>
    public void GiveUpRevoked()
    {
        lock (gate)
        {
            if (!awaitingCaller || revocationUnread) return;
            awaitingCaller = false;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>Null when there is nothing to tell.</summary>
    public LogPoll? Take(int maxRecords)
    {
        lock (gate)
        {
            if (failure is not null) throw Rethrowable(failure);
            return deliverable > 0 || assigned.Count > 0 || revocationUnread || lost.Count > 0 ? TakeAll(maxRecords) : null;
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            failure ??= new ObjectDisposedException(nameof(ILogConsumer));
            Monitor.PulseAll(gate);
            changed();
        }
    }

    /// <summary>Under the lock, which others have meanwhile. False when the time was over first.</summary>
    private bool Wait(Func<bool> isOver, TimeSpan atMost)
    {
        var until = Environment.TickCount64 + (long)atMost.TotalMilliseconds;
        while (!isOver())
        {
            var left = until - Environment.TickCount64;
            if (left <= 0) return false;
            Monitor.Wait(gate, (int)left);
        }
        return true;
    }

    private LogPoll TakeAll(int maxRecords)
    {
        var poll = new LogPoll(TakeRecords(maxRecords), [.. assigned], revocationUnread ? [.. revoking] : [], [.. lost]);
        assigned.Clear();
        lost.Clear();
        revocationUnread = false;
        Monitor.PulseAll(gate);
        return poll;
    }

    /// <summary>Each poll begins with another partition, so that a full one cannot starve the rest.</summary>
    private List<LogRecord> TakeRecords(int maxRecords)
    {
        var records = new List<LogRecord>(Math.Min(maxRecords, deliverable));
        if (order.Count > 0) firstInTurn = (firstInTurn + 1) % order.Count;
        for (var i = 0; i < order.Count && records.Count < maxRecords; i++)
        {
            var partition = order[(firstInTurn + i) % order.Count];
            if (paused.Contains(partition)) continue;
            var queue = owned[partition];
            while (records.Count < maxRecords && queue.TryDequeue(out var record))
            {
                records.Add(record);
                if (!held.Contains(partition)) occupied--;
            }
        }
        deliverable -= records.Count;
        return records;
    }

    private void Drop(TopicPartition partition)
    {
        if (!owned.TryGetValue(partition, out var queue)) return;
        if (!paused.Contains(partition)) deliverable -= queue.Count;
        if (!held.Contains(partition)) occupied -= queue.Count;
        queue.Clear();
    }

    /// <summary>Every poll after a failure throws it anew, with the stack of that poll.</summary>
    private static Exception Rethrowable(Exception failure) => failure switch
    {
        OffsetOutOfRangeException => new OffsetOutOfRangeException(failure.Message, failure),
        EventLogUnavailableException => new EventLogUnavailableException(failure.Message, failure),
        ObjectDisposedException => failure,
        _ => new EventLogException(failure.Message, failure),
    };
}
