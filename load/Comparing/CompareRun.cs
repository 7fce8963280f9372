using System.Diagnostics;
using System.Globalization;
using PaymentPipeline.Load.Floors;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;
using PaymentPipeline.Load.Sending;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Comparing;

/// <summary>The rounds of a comparison; the first webhooks warm everything up and are not counted.</summary>
internal sealed class CompareRun(RunSettings settings, CompareSettings compare, Target target, LiveView view)
{
    private const double QuietRate = 100;
    private static readonly TimeSpan drainsWithin = TimeSpan.FromMinutes(10);

    private readonly List<RoundResult> _results = [];
    private readonly SortedDictionary<string, long> _notAccepted = [];
    private readonly Histogram _readable = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();
    private long _sent;
    private long _accepted;
    private double _seconds;

    public async Task<LoadReport> PlayAsync(CancellationToken cancellationToken)
    {
        var inboxBefore = await target.Backlog.InboxAsync(cancellationToken);
        var ready = new ReadyRequests(Mix(), compare.Webhooks);
        var meter = await ProcessMeter.StartAsync(target.System, target.Backlog.Database, cancellationToken);
        using var bare = await BareEndpoint.StartAsync(target.System.Ingress.Port + 50, hmac: false);
        using var signed = await BareEndpoint.StartAsync(target.System.Ingress.Port + 51, hmac: true);
        VerifyResult? verify = null;
        try
        {
            view.Say("Warming up ...");
            await DriveAsync(ready, cancellationToken);
            foreach (var floor in new[] { bare, signed })
                await SocketDriver.DriveAsync([floor.Address], ready.Current, settings.Connections);
            await GoneAsync(cancellationToken);
            for (var round = 1; round <= compare.Rounds; round++)
                await new CompareRound(this, round, ready, meter, bare, signed).PlayAsync(cancellationToken);
            verify = await VerifyAsync(inboxBefore, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            view.Say("Stopped: the report has what was measured so far.");
        }
        return await ReportAsync(meter, verify);
    }

    public Target Target => target;
    public CompareSettings Settings => compare;
    public RunSettings Common => settings;

    /// <summary>Webhooks of one gateway and one size: what the figures of the design speak of.</summary>
    public WebhookMix Mix() => new(target.System, new MixSettings(settings.Seed, compare.Bytes, Adyen: 0, PayPal: 0, Requests: 0));

    public void Add(RoundResult result)
    {
        _results.Add(result);
        var figures = string.Join("  ", result.Figures.Select(one => FormattableString.Invariant($"{one.Key} {one.Value:N2}")));
        var latency = result.Latency is { } of ? FormattableString.Invariant($"  p50 {of.P50:N1}  p99 {of.P99:N1} ms") : "";
        view.Say(FormattableString.Invariant($"{result.Name}: {result.Rate:N0}/s{latency}  {figures}"));
    }

    /// <summary>All of a set to the ingress, as fast as the answers come.</summary>
    public async Task<DriveResult> DriveAsync(ReadyRequests ready, CancellationToken cancellationToken)
    {
        var requests = ready.Next();
        GC.Collect();
        cancellationToken.ThrowIfCancellationRequested();
        var driven = await SocketDriver.DriveAsync(target.System.Ingresses, requests, settings.Connections);
        _sent += driven.Sent;
        _accepted += driven.Ok;
        _seconds += driven.Elapsed.TotalSeconds;
        if (driven.Ok != driven.Sent) view.Say($"warning: {driven.Sent - driven.Ok} webhooks were not accepted");
        return driven;
    }

    public async Task GoneAsync(CancellationToken cancellationToken)
    {
        if (!await target.Backlog.WaitUntilGoneAsync(drainsWithin, _ => { }, cancellationToken))
            throw new UserErrorException($"The backlog was not gone within {drainsWithin.TotalMinutes} minutes.");
    }

    /// <summary>Webhooks at a rate, and when their events can be read.</summary>
    public async Task<RoundResult> ReadableAsync(string name, double rate, ProcessMeter meter, CancellationToken cancellationToken)
    {
        var mix = Mix();
        var watch = new ReadableWatch(target.Backlog.Log, mix.Run);
        using var loop = new OpenLoop(target.System.Ingresses, mix, new OpenLoopSettings(
            settings.Connections, Fresh: 0.05, Duplicates: 0, settings.Seed))
        {
            OnDue = watch.Due,
            OnAccepted = watch.Accepted,
        };
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isReading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = watch.RunAsync(isReading, over.Token);
        await isReading.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        meter.Skip();
        var spent = meter.CpuSeconds();
        await loop.RunAsync(new RateCurve((name, compare.Seconds, rate, rate)), cancellationToken);
        await loop.SettleAsync(TimeSpan.FromMinutes(1), cancellationToken);
        var cpu = meter.SpentSince(spent, loop.Counters.Accepted);
        var ended = Stopwatch.GetTimestamp();
        while (!watch.HasSeenAll && Stopwatch.GetElapsedTime(ended) < TimeSpan.FromMinutes(1)) await Task.Delay(50, cancellationToken);
        await over.CancelAsync();
        await watching;
        _readable.Add(watch.FromDue);
        Count(loop.Counters);
        return new RoundResult(name, rate, watch.FromDue.Percentiles(), new Dictionary<string, double>(cpu)
        {
            ["events not seen"] = watch.Missing,
            ["from acceptance p50 ms"] = watch.FromAccepted.Micros(0.5) / 1000.0,
            ["from acceptance p99 ms"] = watch.FromAccepted.Micros(0.99) / 1000.0,
            ["accepted p50 ms"] = loop.Counters.Latency.Micros(0.5) / 1000.0,
            ["accepted p99 ms"] = loop.Counters.Latency.Micros(0.99) / 1000.0,
            ["driver late p99 ms"] = loop.Counters.Lateness.Micros(0.99) / 1000.0,
        });
    }

    public static double Quiet => QuietRate;

    private void Count(Counters counters)
    {
        _sent += counters.Sent;
        _accepted += counters.Accepted;
        _seconds += compare.Seconds;
        foreach (var (status, count) in counters.ByStatus())
            if (status != "200") _notAccepted[status] = _notAccepted.GetValueOrDefault(status) + count;
    }

    private static bool IsLastOfThroughput(RoundResult result) => result.Name.EndsWith(CompareRound.ToTheLast, StringComparison.Ordinal);

    private async Task<VerifyResult> VerifyAsync(long inboxBefore, CancellationToken cancellationToken)
    {
        await GoneAsync(cancellationToken);
        view.Say("verify ...");
        var events = await target.Backlog.InboxAsync(cancellationToken) - inboxBefore;
        var verify = await Ops.VerifyAsync(target.System.Data, cancellationToken);
        var isThere = events >= _accepted;
        var line = string.Create(CultureInfo.InvariantCulture,
            $"load {(isThere ? "ok  " : "FAIL")} {_accepted:N0} webhooks were acknowledged, {events:N0} events are applied");
        return new VerifyResult(verify.Clean && isThere, [line, .. verify.Lines]);
    }

    private async Task<LoadReport> ReportAsync(ProcessMeter meter, VerifyResult? verify)
    {
        return new LoadReport
        {
            Profile = "compare",
            Engine = target.System.Engine,
            StartedAt = _startedAt,
            Machine = await MachineReader.ReadAsync(target.System),
            Settings = new Dictionary<string, string>(Surroundings.Settings())
            {
                ["rounds"] = $"{compare.Rounds}",
                ["webhooks each"] = $"{compare.Webhooks}",
                ["body"] = $"{compare.Bytes} bytes",
                ["connections"] = $"{settings.Connections}",
                ["instances"] = $"{target.System.Ingresses.Count} ingress, {target.System.Processors} processors",
                ["kafka syncs before it acknowledges"] = target.System.Engine != "kafka" ? "no kafka" : compare.KafkaFsync ? "yes" : "no",
                ["seconds of each latency"] = FormattableString.Invariant($"{compare.Seconds}"),
                ["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            },
            Rounds = _results,
            Summary = new Summary
            {
                Seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds,
                Offered = _sent,
                Sent = _sent,
                Accepted = _accepted,
                Refused = _notAccepted.GetValueOrDefault("503") + _notAccepted.GetValueOrDefault("429"),
                Failed = _sent - _accepted - _notAccepted.GetValueOrDefault("503") - _notAccepted.GetValueOrDefault("429"),
                ByStatus = new Dictionary<string, long>(_notAccepted) { ["2xx"] = _accepted },
                Latency = _readable.Percentiles() ?? new Percentiles(0, 0, 0, 0, 0, 0),
                OfferedPerSecond = _sent / Math.Max(1, _seconds),
                AcceptedPerSecond = _accepted / Math.Max(1, _seconds),
                // Metered are the measurements of throughput, two sets in each round.
                Processes = meter.Summary(2L * compare.Webhooks * Math.Max(1, _results.Count(IsLastOfThroughput))),
            },
            Verify = verify,
        };
    }
}
