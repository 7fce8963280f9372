using Confluent.Kafka;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// The records of one partition, in the order in which they came, sent in groups: one group is under way at a time, and what comes
/// meanwhile is the next. A group has as many records as came while the broker and its disk worked, so a quiet log answers at once and
/// a busy one does little work per record. (Left to the client, records go in small requests, and its thread spins while they wait.)
/// </summary>
internal sealed class PartitionLane(DurableProducer producer, int partition)
{
    private readonly Lock gate = new();
    private List<Entry> waiting = [];
    private List<Entry> spare = [];
    private bool underWay;
    private int left;
    private EventLogException? failure;

    public void Add(in LogAppend record, AppendBatch batch)
    {
        lock (gate)
        {
            waiting.Add(new Entry(this, record, batch));
            if (underWay) return;
            underWay = true;
        }
        SendNext();
    }

    private void SendNext()
    {
        while (Take() is { } group)
        {
            // One more than there are, so that the group does not end while it is being sent.
            Volatile.Write(ref left, group.Count + 1);
            foreach (var entry in group) Send(entry);
            group.Clear();
            spare = group;
            if (Interlocked.Decrement(ref left) > 0) return;
        }
    }

    /// <summary>Null when nothing waits; then the next record that comes begins anew.</summary>
    private List<Entry>? Take()
    {
        lock (gate)
        {
            // What waited behind a group that failed has waited long enough: its callers answer 503 now.
            if (failure is not null)
            {
                foreach (var entry in waiting) entry.Batch.Ended(failure);
                waiting.Clear();
                failure = null;
            }
            underWay = waiting.Count > 0;
            if (!underWay) return null;
            var group = waiting;
            waiting = spare;
            return group;
        }
    }

    private void Send(Entry entry)
    {
        try
        {
            producer.Produce(entry.Record, partition, entry.Reported);
        }
        catch (EventLogException refused)
        {
            // This record's own fault, or the client's queue is full: the others are not touched by it.
            entry.Batch.Ended(refused);
            Interlocked.Decrement(ref left);
        }
    }

    private void Ended(Entry entry, Error error)
    {
        var failed = error.IsError ? ClientErrors.OfAppend(entry.Record.Topic, error) : null;
        if (failed is not null) failure = failed;
        entry.Batch.Ended(failed);
        if (Interlocked.Decrement(ref left) == 0) SendNext();
    }

    private sealed class Entry(PartitionLane lane, LogAppend record, AppendBatch batch)
    {
        public LogAppend Record => record;

        public AppendBatch Batch => batch;

        public void Reported(DeliveryReport<string, ReadOnlyMemory<byte>> report) => lane.Ended(this, report.Error);
    }
}
