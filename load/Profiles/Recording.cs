using System.Diagnostics;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;
using PaymentPipeline.Load.Sending;

namespace PaymentPipeline.Load.Profiles;

/// <summary>
/// What is seen of a run: a sample a second, and what happened when. Of a run of hours every second sample is dropped and the next ones
/// are taken half as often, again and again: the memory and the page stay as large as they are.
/// </summary>
internal sealed class Recording
{
    private const int SamplesMax = 3600;

    private readonly Counters _counters;
    private readonly Backlog _backlog;
    private readonly ProcessMeter _meter;
    private readonly BacklogFigures _before;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<Sample> _samples = [];
    private readonly List<Mark> _marks = [];
    private TimeSpan _each = TimeSpan.FromSeconds(1);
    private Snapshot _last;

    private Recording(Counters counters, Backlog backlog, ProcessMeter meter, BacklogFigures before)
    {
        (_counters, _backlog, _meter, _before) = (counters, backlog, meter, before);
        _last = Snapshot.Of(counters, 0);
    }

    public DateTimeOffset StartedAt { get; } = TimeProvider.System.GetUtcNow();
    public BacklogFigures Before => _before;
    public double Seconds => Stopwatch.GetElapsedTime(_started).TotalSeconds;
    public IReadOnlyList<Sample> Samples => _samples;

    public IReadOnlyList<Mark> Marks
    {
        get
        {
            lock (_marks) return [.. _marks.OrderBy(mark => mark.At)];
        }
    }

    public static async Task<Recording> StartAsync(Target target, Counters counters, CancellationToken cancellationToken)
    {
        var before = await target.Backlog.ReadAsync(cancellationToken);
        var meter = await ProcessMeter.StartAsync(target.System, target.Backlog.Database, cancellationToken);
        return new Recording(counters, target.Backlog, meter, before);
    }

    public void Mark(string text, double? at = null)
    {
        lock (_marks) _marks.Add(new Mark(at ?? Seconds, text));
    }

    /// <summary>Until it is cancelled, which is how it ends.</summary>
    public async Task RunAsync(Action<Sample> show, CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(_each, cancellationToken);
                show(await TakeAsync(cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    public IReadOnlyList<ProcessSummary> Processes() => _meter.Summary(_counters.Accepted);

    private async Task<Sample> TakeAsync(CancellationToken cancellationToken)
    {
        var now = Snapshot.Of(_counters, Seconds);
        var last = Interlocked.Exchange(ref _last, now);
        var seconds = now.At - last.At;
        double Rate(Func<Snapshot, long> count) => Math.Round((count(now) - count(last)) / seconds, 1);
        var processes = _meter.Read();
        var backlog = await _backlog.ReadAsync(cancellationToken);
        var sample = new Sample
        {
            At = Math.Round(now.At, 2),
            Offered = Rate(one => one.Offered),
            Sent = Rate(one => one.Sent),
            Accepted = Rate(one => one.Accepted),
            Refused = Rate(one => one.Refused),
            Failed = Rate(one => one.Failed),
            Latency = now.Latency.Since(last.Latency).Percentiles(),
            Applied = backlog.Applied - _before.Applied,
            Lag = backlog.Lag,
            Outbox = backlog.Outbox,
            Processes = processes,
        };
        _samples.Add(sample);
        if (_samples.Count == SamplesMax) Thin();
        return sample;
    }

    private void Thin()
    {
        var odd = 0;
        _samples.RemoveAll(_ => odd++ % 2 == 1);
        _each *= 2;
    }

    private sealed record Snapshot(double At, long Offered, long Sent, long Accepted, long Refused, long Failed, Histogram Latency)
    {
        public static Snapshot Of(Counters counters, double at) => new(
            at, counters.Offered, counters.Sent, counters.Accepted, counters.Refused, counters.Failed, counters.Latency.Copy());
    }
}
