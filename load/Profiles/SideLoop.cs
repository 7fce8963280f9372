using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Sending;

namespace PaymentPipeline.Load.Profiles;

/// <summary>Something that is asked while webhooks come, at a rate of its own.</summary>
internal sealed record SideLoop(string Name, OpenLoop Loop, RateCurve Curve) : IDisposable
{
    public RoundResult Result()
    {
        var counters = Loop.Counters;
        return new RoundResult(Name, counters.Accepted / Curve.Seconds, counters.Latency.Percentiles(), new Dictionary<string, double>
        {
            ["offered a second"] = counters.Offered / Curve.Seconds,
            ["not 2xx"] = counters.Refused + counters.Failed,
            ["driver late p99 ms"] = counters.Lateness.Micros(0.99) / 1000.0,
        });
    }

    public void Dispose() => Loop.Dispose();
}
