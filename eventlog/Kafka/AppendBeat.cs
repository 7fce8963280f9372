namespace PaymentPipeline.EventLog.Kafka;

/// <summary>
/// When lanes that rest send again: all at the same moments, so that the broker, its disk and whoever reads are woken once for all
/// partitions and not for each by itself.
/// </summary>
internal sealed class AppendBeat : IDisposable
{
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private List<PartitionLane> resting = [];

    public AppendBeat(TimeSpan gap, TimeProvider time)
    {
        (Gap, this.time) = (gap, time);
        timer = time.CreateTimer(_ => Strike(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Between two beats; zero when nobody is to rest.</summary>
    public TimeSpan Gap { get; }

    /// <summary>The lane is told to go on at the next beat.</summary>
    public void Rest(PartitionLane lane)
    {
        lock (gate)
        {
            resting.Add(lane);
            if (resting.Count == 1) timer.Change(UntilNext(), Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => timer.Dispose();

    private TimeSpan UntilNext() => Gap - TimeSpan.FromTicks(time.GetElapsedTime(0).Ticks % Gap.Ticks);

    private void Strike()
    {
        List<PartitionLane> awake;
        lock (gate) (awake, resting) = (resting, []);
        foreach (var lane in awake) lane.GoOn();
    }
}
