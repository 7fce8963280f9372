using System.Diagnostics;
using System.Net;
using PaymentPipeline.Load.Floors;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Comparing;

/// <summary>One round: each of ours beside its floor, measured just before or after it.</summary>
internal sealed class CompareRound(
    CompareRun run, int number, ReadyRequests ready, ProcessMeter meter, FloorServer bare, FloorServer signed)
{
    public const string ToTheLast = "both at once, to the last applied";

    private const double QuietFloorSeconds = 5;

    private IReadOnlyDictionary<string, double> _appliedCpu = new Dictionary<string, double>();

    private static readonly TimeSpan look = TimeSpan.FromMilliseconds(100);

    private Backlog Backlog => run.Target.Backlog;
    private string ConnectionString => run.Target.System.ConnectionString;

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        var floor = await BareAsync("floor, bare endpoint", bare.Address);
        await BareAsync("floor, bare endpoint with one HMAC", signed.Address);
        var applied = await ApartAsync(floor, cancellationToken);
        await ProcessorFloorsAsync(applied, cancellationToken);
        var sustained = await TogetherAsync(applied, cancellationToken);
        await run.GoneAsync(cancellationToken);
        if (run.Settings.Seconds == 0) return;
        run.Add(await run.ReadableAsync(
            Named("readable at half of the peak"), (run.Settings.Rate ?? sustained) / 2, meter, cancellationToken));
        await run.GoneAsync(cancellationToken);
        var quietSeconds = Math.Min(run.Settings.Seconds, QuietFloorSeconds);
        Add("floor, two commits one after the other when quiet", CompareRun.Quiet, await QuietCommits.MeasureAsync(
            ConnectionString, quietSeconds, CompareRun.Quiet, run.Settings.Bytes));
        run.Add(await run.ReadableAsync(Named("readable when quiet"), CompareRun.Quiet, meter, cancellationToken));
        await run.GoneAsync(cancellationToken);
    }

    /// <summary>The ingress with the processors held, then the processors on what it left.</summary>
    /// <returns>Events that the processors apply a second.</returns>
    private async Task<double> ApartAsync(double floor, CancellationToken cancellationToken)
    {
        await run.GoneAsync(cancellationToken);
        var before = await Backlog.AppliedAsync(cancellationToken);
        DriveResult accepted;
        using (await HeldService.HoldAsync(
            run.Target.Services, Services.All("processors", run.Target.System.Processors), Backlog.Database, cancellationToken))
        {
            meter.Skip();
            var spent = meter.CpuSeconds();
            accepted = await run.DriveAsync(ready, cancellationToken);
            Add("ingress alone", accepted.PerSecond, accepted.Latency, meter.SpentSince(spent, accepted.Ok),
                ("ratio to bare endpoint", accepted.PerSecond / floor));
        }
        return await ApplyAsync(before + accepted.Ok, cancellationToken);
    }

    /// <summary>From the first that are applied: whatever the processors need to come to themselves is not counted.</summary>
    private async Task<double> ApplyAsync(long until, CancellationToken cancellationToken)
    {
        var before = await Backlog.AppliedAsync(cancellationToken);
        var first = before;
        while (first == before && first < until) first = await LookAsync(cancellationToken);
        meter.Skip();
        var spent = meter.CpuSeconds();
        var started = Stopwatch.GetTimestamp();
        for (var now = first; now < until;) now = await LookAsync(cancellationToken);
        var rate = (until - first) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        _appliedCpu = meter.SpentSince(spent, until - first);
        return rate;
    }

    private async Task ProcessorFloorsAsync(double applied, CancellationToken cancellationToken)
    {
        // What they published is carried to the end before anything else is measured.
        await run.GoneAsync(cancellationToken);
        var script = await ServerSideScript.MeasureAsync(ConnectionString, ready.Count / 500 * 500);
        var single = await EventTransactions.MeasureAsync(ConnectionString, ready.Count / 4);
        Add("floor, server-side script", script);
        Add("floor, one transaction per event over 16 connections", single);
        Add("processors alone", applied, null, _appliedCpu,
            ("ratio to server-side script", applied / script), ("ratio to one transaction per event", applied / single));
        if (run.Target.System.Engine == "kafka")
            Add("floor, Kafka producer", await KafkaProduce.MeasureAsync(
                run.Target.System.Setting("EventLog__Kafka__BootstrapServers"), ready.Count, run.Settings.Bytes));
        else Add("floor, append by COPY", await PostgresAppend.MeasureAsync(ConnectionString, ready.Count, run.Settings.Bytes));
    }

    /// <returns>What the whole way sustains: from the first webhook until the last is applied.</returns>
    private async Task<double> TogetherAsync(double alone, CancellationToken cancellationToken)
    {
        await run.GoneAsync(cancellationToken);
        var before = await Backlog.AppliedAsync(cancellationToken);
        meter.Skip();
        var spent = meter.CpuSeconds();
        var started = Stopwatch.GetTimestamp();
        var accepted = await run.DriveAsync(ready, cancellationToken);
        var meanwhile = (await Backlog.AppliedAsync(cancellationToken) - before) / accepted.Elapsed.TotalSeconds;
        for (var now = before; now < before + accepted.Ok;) now = await LookAsync(cancellationToken);
        var sustained = accepted.Ok / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Add("both at once, accepted", accepted.PerSecond, accepted.Latency);
        Add("both at once, applied meanwhile", meanwhile, null, null, ("ratio to processors alone", meanwhile / alone));
        Add(ToTheLast, sustained, null, meter.SpentSince(spent, accepted.Ok));
        return sustained;
    }

    private async Task<double> BareAsync(string name, IPEndPoint address)
    {
        var driven = await SocketDriver.DriveAsync([address], ready.Current, run.Common.Connections);
        Add(name, driven.PerSecond, driven.Latency);
        return driven.PerSecond;
    }

    private async Task<long> LookAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(look, cancellationToken);
        return await Backlog.AppliedAsync(cancellationToken);
    }

    private void Add(
        string name, double rate, Percentiles? latency = null, IReadOnlyDictionary<string, double>? cpu = null,
        params IEnumerable<(string Name, double Value)> figures)
    {
        var all = new Dictionary<string, double>(cpu ?? new Dictionary<string, double>());
        foreach (var (figure, value) in figures) all.Add(figure, value);
        run.Add(new RoundResult(Named(name), rate, latency, all));
    }

    private string Named(string what) => $"round {number}: {what}";
}
