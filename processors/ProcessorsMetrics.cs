using System.Diagnostics.Metrics;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Processors;

/// <summary>What the processors tell. Every outcome of an event is counted, and of what waits the oldest is measured.</summary>
internal sealed class ProcessorsMetrics : IDisposable
{
    public const string MeterName = "PaymentPipeline.Processors";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _events;
    private readonly Counter<long> _quarantined;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unavailable;
    private readonly Counter<long> _published;
    private readonly Counter<long> _unparked;
    private readonly Histogram<int> _batchRecords;
    private readonly Histogram<double> _applySeconds;
    private readonly Histogram<double> _lagSeconds;
    private readonly Histogram<double> _publishSeconds;
    private readonly Histogram<double> _stagedSeconds;
    private long _parked;
    private long _deadLetters;
    private OutboxBacklog _backlog;

    public ProcessorsMetrics()
    {
        _events = _meter.CreateCounter<long>(
            "paymentpipeline.processors.events", "{event}", "Gateway events by verdict: applied, duplicate, ignored, no_facts, parked.");
        _quarantined = _meter.CreateCounter<long>("paymentpipeline.processors.quarantined", "{record}", "Dead letters by reason.");
        _refused = _meter.CreateCounter<long>(
            "paymentpipeline.processors.refused", "{try}", "Tries of single records that could not be stored.");
        _unavailable = _meter.CreateCounter<long>(
            "paymentpipeline.processors.database.unavailable", "{try}", "Tries that found the database unavailable.");
        _unparked = _meter.CreateCounter<long>(
            "paymentpipeline.processors.unparked", "{fact}", "Facts that had waited for their payment and were folded.");
        _published = _meter.CreateCounter<long>("paymentpipeline.processors.published", "{event}", "Events appended, by topic.");
        _batchRecords = _meter.CreateHistogram<int>(
            "paymentpipeline.processors.batch.size", "{record}", "Records per transaction.", advice: new()
            {
                HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 200, 300, 400, 500, 1000],
            });
        _applySeconds = Seconds("paymentpipeline.processors.apply.duration", "Read, fold and commit of a batch, with its retries.");
        _lagSeconds = Seconds("paymentpipeline.processors.lag", "From the receipt of the oldest webhook of a batch to its commit.");
        _publishSeconds = Seconds("paymentpipeline.processors.publish.duration", "Append of a batch of events.");
        _stagedSeconds = Seconds("paymentpipeline.processors.staged.duration", "From the commit of a batch's oldest event to the log.");
        _meter.CreateObservableGauge("paymentpipeline.processors.parked", () => _parked, "{fact}", "Facts that wait.");
        _meter.CreateObservableGauge(
            "paymentpipeline.processors.dead_letters.open", () => _deadLetters, "{record}", "Dead letters not yet driven again.");
        _meter.CreateObservableGauge(
            "paymentpipeline.processors.outbox.depth", () => _backlog.Depth, "{event}", "Events that wait to be published, up to 100,000.");
        _meter.CreateObservableGauge(
            "paymentpipeline.processors.outbox.age", () => _backlog.OldestAge.TotalSeconds, "s", "Age of the oldest event that waits.");
    }

    public void Committed(IReadOnlyList<IncomingRecord> batch, BatchResult result, TimeSpan took, DateTimeOffset now)
    {
        _batchRecords.Record(batch.Count);
        _applySeconds.Record(took.TotalSeconds);
        _lagSeconds.Record(Math.Max(0, (now - batch.Min(record => record.ReceivedAt)).TotalSeconds));
        Count("applied", result.Applied);
        Count("duplicate", result.Duplicates);
        Count("ignored", result.Ignored);
        Count("no_facts", result.NoFacts);
        Count("parked", result.Parked);
        Unparked(result.Unparked);
        Quarantined(result.QuarantineReasons);
        Published(result.Published);
    }

    public void Unparked(int facts) => _unparked.Add(facts);

    public void Quarantined(IReadOnlyList<string> reasons)
    {
        foreach (var reason in reasons) _quarantined.Add(1, new KeyValuePair<string, object?>("reason", reason));
    }

    public void Refused() => _refused.Add(1);

    public void DatabaseUnavailable() => _unavailable.Add(1);

    public void Published(IReadOnlyList<OutboxMessage> messages, TimeSpan took, DateTimeOffset now)
    {
        foreach (var topic in messages.CountBy(message => message.Topic))
            _published.Add(topic.Value, new KeyValuePair<string, object?>("topic", topic.Key));
        _publishSeconds.Record(took.TotalSeconds);
        _stagedSeconds.Record(Math.Max(0, (now - messages.Min(message => message.CreatedAt)).TotalSeconds));
    }

    /// <summary>What was published in the transaction of its cause.</summary>
    public void Published(Published published)
    {
        foreach (var (topic, records) in published.ByTopic) _published.Add(records, new KeyValuePair<string, object?>("topic", topic));
    }

    public void Waiting(long parked, long deadLetters, OutboxBacklog backlog) =>
        (_parked, _deadLetters, _backlog) = (parked, deadLetters, backlog);

    public void Dispose() => _meter.Dispose();

    private void Count(string verdict, int events)
    {
        if (events > 0) _events.Add(events, new KeyValuePair<string, object?>("verdict", verdict));
    }

    private Histogram<double> Seconds(string name, string description) =>
        _meter.CreateHistogram<double>(name, "s", description, advice: new()
        {
            HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
        });
}
