using Confluent.Kafka;

namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// The records of one partition, in the order in which they came, sent in groups: one group is under way at a time, and what comes
/// meanwhile is the next. A quiet log answers at once. A lane that sent for several callers rests until the next beat, or until enough
/// records wait: a request costs the broker and those who read nearly the same whatever it holds.
/// (Left to the client, records go in small requests, and its thread spins while they wait.)
/// </summary>
internal sealed class PartitionLane(DurableProducer producer, AppendBeat beat, int partition, TimeProvider time)
{
    /// <summary>Callers of a group that make resting worth it: the next is larger. What one caller brings was gathered before.</summary>
    private const int Several = 2;

    /// <summary>Of so many records the request's own price is the smaller part of what each costs.</summary>
    private const int Enough = 16;

    private readonly Lock gate = new();
    private readonly List<AppendBatch> durable = [];
    private List<Entry> waiting = [];
    private List<Entry> spare = [];
    private State state;
    private AppendBatch? newest;
    private int callersWaiting;
    private int callersSent;
    private long sentAt;
    private int left;
    private EventLogException? failure;

    private enum State
    {
        Idle,
        UnderWay,
        Resting,
    }

    public void Add(in LogAppend record, AppendBatch batch)
    {
        lock (gate)
        {
            waiting.Add(new Entry(this, record, batch));
            if (!ReferenceEquals(batch, newest)) callersWaiting++;
            newest = batch;
            if (state == State.UnderWay || (state == State.Resting && waiting.Count < Enough)) return;
            state = State.UnderWay;
        }
        SendNext();
    }

    /// <summary>At a beat. A lane that had enough meanwhile is under way already.</summary>
    public void GoOn()
    {
        lock (gate)
        {
            if (state != State.Resting) return;
            (state, callersSent) = (State.UnderWay, 0);
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
            Answer();
        }
    }

    /// <summary>Null when nothing waits, or is to wait until the next beat.</summary>
    private List<Entry>? Take()
    {
        lock (gate)
        {
            // What waited behind a group that failed has waited long enough: its callers answer 503 now.
            if (failure is not null)
            {
                foreach (var entry in waiting) Ended(entry.Batch, failure);
                waiting.Clear();
                callersWaiting = 0;
                failure = null;
            }
            if (callersSent >= Several && waiting.Count < Enough && time.GetElapsedTime(sentAt) < beat.Gap)
            {
                state = State.Resting;
                beat.Rest(this);
                return null;
            }
            (callersSent, callersWaiting, sentAt) = (callersWaiting, 0, time.GetTimestamp());
            if (waiting.Count == 0)
            {
                (state, newest) = (State.Idle, null);
                return null;
            }
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
            Ended(entry.Batch, refused);
            Interlocked.Decrement(ref left);
        }
    }

    private void Ended(Entry entry, Error error)
    {
        var failed = error.IsError ? ClientErrors.OfAppend(entry.Record.Topic, error) : null;
        if (failed is not null) failure = failed;
        Ended(entry.Batch, failed);
        if (Interlocked.Decrement(ref left) > 0) return;
        Answer();
        SendNext();
    }

    private void Ended(AppendBatch batch, EventLogException? failed)
    {
        if (!batch.Ended(failed)) return;
        if (batch.Failure is { } reason) AppendAnswers.Give([batch], reason);
        else lock (durable) durable.Add(batch);
    }

    /// <summary>All who can be told now, together.</summary>
    private void Answer()
    {
        TaskCompletionSource[] callers;
        lock (durable)
        {
            callers = [.. durable];
            durable.Clear();
        }
        AppendAnswers.Give(callers, failure: null);
    }

    private sealed class Entry(PartitionLane lane, LogAppend record, AppendBatch batch)
    {
        public LogAppend Record => record;

        public AppendBatch Batch => batch;

        public void Reported(DeliveryReport<string, ReadOnlyMemory<byte>> report) => lane.Ended(this, report.Error);
    }
}
