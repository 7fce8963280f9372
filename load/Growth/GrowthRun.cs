using System.Diagnostics;
using System.Globalization;
using PaymentPipeline.Load.Api;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;

namespace PaymentPipeline.Load.Growth;

/// <summary>The rounds on both systems in turn; the first webhooks warm everything up and are not counted.</summary>
internal sealed class GrowthRun(RunSettings settings, GrowthSettings growth, LiveView view)
{
    private static readonly TimeSpan drainsWithin = TimeSpan.FromMinutes(10);

    private sealed record Side(string Name, Target Target, Growth Growth, GrowthRequests Requests, ProcessMeter Meter);

    private readonly List<RoundResult> _results = [];
    private readonly DateTimeOffset _startedAt = TimeProvider.System.GetUtcNow();
    private long _sent;
    private long _accepted;
    private double _seconds;

    public async Task<LoadReport> PlayAsync(CancellationToken cancellationToken)
    {
        await using var largeTarget = await Target.OpenAsync(settings, view.Say, cancellationToken);
        await using var smallTarget = await Target.OpenAsync(settings with { Data = null }, view.Say, cancellationToken);
        var large = settings.Data is { } data
            ? await SideAsync("large", largeTarget, await GrownBooks.ReadAsync(data, cancellationToken), cancellationToken)
            : await GrowAsync("large", largeTarget, growth.Payments, cancellationToken);
        if (large.Growth.Payments < growth.Refunds) throw new UserErrorException(
            $"--rounds, --webhooks, --old: they tell more of {growth.Refunds} payments, and there are {large.Growth.Payments}.");
        var small = await GrowAsync("small", smallTarget, growth.Refunds, cancellationToken);
        VerifyResult? verify = null;
        try
        {
            view.Say("Warming up ...");
            foreach (var side in new[] { small, large }) await PlayAsync(side, cancellationToken);
            (_sent, _accepted, _seconds) = (0, 0, 0);
            for (var round = 1; round <= growth.Rounds; round++)
            {
                var before = await PlayAsync(small, cancellationToken);
                Add($"round {round}: small books, to the last applied", before.Rate, Figures(before.Cpu));
                var (rate, cpu) = await PlayAsync(large, cancellationToken);
                Add($"round {round}: large books, to the last applied", rate,
                    [.. Figures(cpu), ("ratio to small books", rate / before.Rate)]);
            }
            await ReadAsync([small, large], cancellationToken);
            verify = await VerifyAsync([small, large], cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            view.Say("Stopped: the report has what was measured so far.");
        }
        return await ReportAsync(large, verify);
    }

    private async Task<Side> GrowAsync(string name, Target target, long payments, CancellationToken cancellationToken)
    {
        view.Say(FormattableString.Invariant($"Growing the {name} books to {payments:N0} payments ..."));
        var grown = await new Grower(target.Backlog.Database, TimeProvider.System)
            .GrowAsync(payments, connections: 3, view.Say, cancellationToken);
        await ForgottenLog.MakeAsync(target.Backlog.Log, target.Backlog.Database, TimeProvider.System, cancellationToken);
        view.Say(grown.Text());
        Add($"{name} books, grown", payments / grown.Elapsed.TotalSeconds,
            grown.Bytes.Select(one => ($"{one.Key} bytes a payment", (double)one.Value / payments)));
        return await SideAsync(name, target, grown, cancellationToken);
    }

    private async Task<Side> SideAsync(string name, Target target, Growth grown, CancellationToken cancellationToken) => new(
        name, target, grown, new GrowthRequests(target.System, growth, settings.Seed, grown.Payments),
        await ProcessMeter.StartAsync(target.System, target.Backlog.Database, cancellationToken));

    /// <summary>From the first webhook until the last is applied.</summary>
    private async Task<(double Rate, IReadOnlyDictionary<string, double> Cpu)> PlayAsync(Side side, CancellationToken cancellationToken)
    {
        var requests = side.Requests.Next();
        GC.Collect();
        await GoneAsync(side, cancellationToken);
        var before = await side.Target.Backlog.AppliedAsync(cancellationToken);
        side.Meter.Skip();
        var spent = side.Meter.CpuSeconds();
        var started = Stopwatch.GetTimestamp();
        var driven = await SocketDriver.DriveAsync(side.Target.System.Ingresses, requests, settings.Connections);
        while (await side.Target.Backlog.AppliedAsync(cancellationToken) < before + driven.Ok) await Task.Delay(50, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var cpu = side.Meter.SpentSince(spent, driven.Ok);
        (_sent, _accepted, _seconds) = (_sent + driven.Sent, _accepted + driven.Ok, _seconds + elapsed);
        if (driven.Ok != driven.Sent) view.Say($"warning: {driven.Sent - driven.Ok} webhooks were not accepted");
        await GoneAsync(side, cancellationToken);
        return (driven.Ok / elapsed, cpu);
    }

    private async Task ReadAsync(IEnumerable<Side> sides, CancellationToken cancellationToken)
    {
        foreach (var side in sides)
        {
            await using var token = await DevelopmentToken.MakeAsync(side.Target.System.Data, cancellationToken);
            var reads = new GrowthReads(side.Target.System, token, side.Growth, settings.Seed);
            foreach (var result in await reads.AskAsync($"{side.Name} books: ", growth.Reads, cancellationToken))
            {
                _results.Add(result);
                view.Say(FormattableString.Invariant(
                    $"{result.Name}: p50 {result.Latency!.P50:N1}  p99 {result.Latency.P99:N1}  max {result.Latency.Max:N1} ms"));
            }
        }
    }

    private async Task<VerifyResult> VerifyAsync(IEnumerable<Side> sides, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var isClean = true;
        foreach (var side in sides)
        {
            view.Say($"verify of the {side.Name} books ...");
            var started = Stopwatch.GetTimestamp();
            var verify = await Ops.VerifyAsync(side.Target.System.Data, cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Add($"{side.Name} books: verify", side.Growth.Payments / seconds, [("seconds", seconds)]);
            lines.AddRange(verify.Lines);
            isClean &= verify.Clean;
        }
        return new VerifyResult(isClean, lines);
    }

    private static async Task GoneAsync(Side side, CancellationToken cancellationToken)
    {
        if (!await side.Target.Backlog.WaitUntilGoneAsync(drainsWithin, _ => { }, cancellationToken))
            throw new UserErrorException($"The backlog was not gone within {drainsWithin.TotalMinutes} minutes.");
    }

    private static IEnumerable<(string, double)> Figures(IReadOnlyDictionary<string, double> cpu) =>
        cpu.Select(one => (one.Key, one.Value));

    private void Add(string name, double rate, IEnumerable<(string Name, double Value)> figures)
    {
        var result = new RoundResult(name, rate, null, figures.ToDictionary(one => one.Name, one => one.Value));
        _results.Add(result);
        var told = string.Join("  ", result.Figures.Select(one => FormattableString.Invariant($"{one.Key} {one.Value:N2}")));
        view.Say(FormattableString.Invariant($"{name}: {rate:N0}/s  {told}"));
    }

    private async Task<LoadReport> ReportAsync(Side large, VerifyResult? verify) => new()
    {
        Profile = "growth",
        Engine = settings.Engine,
        StartedAt = _startedAt,
        Machine = await MachineReader.ReadAsync(large.Target.System),
        Settings = new Dictionary<string, string>(Surroundings.Settings())
        {
            ["payments"] = large.Growth.Payments.ToString(CultureInfo.InvariantCulture),
            ["payments in the small books"] = growth.Refunds.ToString(CultureInfo.InvariantCulture),
            ["rounds"] = $"{growth.Rounds}",
            ["webhooks each"] = $"{growth.Webhooks}",
            ["share that tells of grown payments"] = growth.Old.ToString(CultureInfo.InvariantCulture),
            ["body"] = $"{growth.Bytes} bytes",
            ["connections"] = $"{settings.Connections}",
        },
        Rounds = _results,
        Summary = new Summary
        {
            Seconds = _seconds,
            Offered = _sent,
            Sent = _sent,
            Accepted = _accepted,
            Refused = 0,
            Failed = _sent - _accepted,
            ByStatus = new Dictionary<string, long> { ["2xx"] = _accepted },
            Latency = new Percentiles(0, 0, 0, 0, 0, 0),
            OfferedPerSecond = _sent / Math.Max(1, _seconds),
            AcceptedPerSecond = _accepted / Math.Max(1, _seconds),
            Processes = large.Meter.Summary(growth.Webhooks * (growth.Rounds + 1L)),
        },
        Verify = verify,
    };
}
