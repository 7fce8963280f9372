using System.Diagnostics;
using System.Globalization;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;
using PaymentPipeline.Load.Sending;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Profiles;

/// <summary>
/// A run of webhooks at a rate: send by the curve, wait until all is answered, wait until the backlog is gone, then check: every
/// acknowledged event is there, and <c>verify</c> is clean. Ctrl-C ends it with what was measured so far.
/// </summary>
internal sealed class WebhookRun(RunSettings settings, WebhookSettings webhooks, Target target, LiveView view)
{
    private const double WarmUpRateMin = 200;
    private static readonly TimeSpan settlesWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan drainsWithin = TimeSpan.FromMinutes(15);

    /// <summary>What is asked of the API meanwhile.</summary>
    public Func<WebhookMix, IReadOnlyList<SideLoop>> Beside { get; init; } = _ => [];

    public async Task<LoadReport> PlayAsync(CancellationToken cancellationToken)
    {
        if (settings.WarmUp > 0 && !await WarmUpAsync(cancellationToken)) throw new OperationCanceledException(cancellationToken);
        var mix = new WebhookMix(target.System, new MixSettings(
            settings.Seed, webhooks.Bytes, webhooks.Adyen, webhooks.PayPal, (long)(webhooks.Curve.Arrivals * (1 - webhooks.Duplicates))));
        using var loop = new OpenLoop(target.System.Ingresses, mix, new OpenLoopSettings(
            settings.Connections, webhooks.Fresh, webhooks.Duplicates, settings.Seed));
        var beside = Beside(mix);
        var inboxBefore = await target.Backlog.InboxAsync(cancellationToken);
        var recording = await Recording.StartAsync(target, loop.Counters, cancellationToken);
        foreach (var (at, name) in webhooks.Curve.Phases) recording.Mark(name, at);
        target.Listen(line => Note(recording, line));

        Outcome outcome = new(null, IsComplete: false);
        using (var over = new CancellationTokenSource())
        {
            var sampling = recording.RunAsync(view.Show, over.Token);
            await view.RunAsync(async () => outcome = await SendAsync(loop, beside, recording, cancellationToken));
            await over.CancelAsync();
            await sampling;
        }
        target.Listen(_ => { });
        var results = beside.Select(one => one.Result()).ToList();
        foreach (var one in beside) one.Dispose();
        var verify = outcome.IsComplete
            ? await VerifyAsync(loop.Counters, inboxBefore, outcome, recording, results, cancellationToken)
            : null;
        return await ReportAsync(loop.Counters, recording, outcome, verify, mix, results);
    }

    private sealed record Outcome(double? DrainSeconds, bool IsComplete);

    /// <summary>A service that has just started compiles as it goes: what comes first is not measured.</summary>
    private async Task<bool> WarmUpAsync(CancellationToken cancellationToken)
    {
        view.Say("Warming up ...");
        var mix = new WebhookMix(target.System, new MixSettings(
            settings.Seed, webhooks.Bytes, webhooks.Adyen, PayPal: 0, Requests: 0));
        using var loop = new OpenLoop(target.System.Ingresses, mix, new OpenLoopSettings(
            settings.Connections, webhooks.Fresh, webhooks.Duplicates, settings.Seed));
        var rate = Math.Max(WarmUpRateMin, webhooks.Curve.Peak / 4);
        await loop.RunAsync(new RateCurve(("warming up", settings.WarmUp, rate, rate)), cancellationToken);
        await loop.SettleAsync(settlesWithin, cancellationToken);
        return await target.Backlog.WaitUntilGoneAsync(drainsWithin, _ => { }, cancellationToken);
    }

    private async Task<Outcome> SendAsync(
        OpenLoop loop, IReadOnlyList<SideLoop> beside, Recording recording, CancellationToken cancellationToken)
    {
        try
        {
            var killing = KillAsync(recording, cancellationToken);
            var asking = Task.WhenAll(beside.Select(one => one.Loop.RunAsync(one.Curve, cancellationToken)));
            await loop.RunAsync(webhooks.Curve, cancellationToken);
            await asking;
            recording.Mark("end of sending");
            await loop.SettleAsync(settlesWithin, cancellationToken);
            await Task.WhenAll(beside.Select(one => one.Loop.SettleAsync(settlesWithin, cancellationToken)));
            await killing;
            if (beside.Count > 0) await SimulatorProgress.WaitUntilToldAsync(target.System, cancellationToken);
            view.Say("Waiting until the backlog is gone ...");
            var isGone = await target.Backlog.WaitUntilGoneAsync(drainsWithin, _ => { }, cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(loop.Counters.LastSent).TotalSeconds;
            recording.Mark(isGone ? "backlog gone" : "backlog still there");
            return new Outcome(isGone ? seconds : null, IsComplete: true);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            view.Say("Stopped: the report has what was measured so far.");
            return new Outcome(null, IsComplete: false);
        }
    }

    /// <summary>Evenly over the phase with the highest rate, the last in time for its effect to be seen.</summary>
    private async Task KillAsync(Recording recording, CancellationToken cancellationToken)
    {
        var (begins, ends) = webhooks.Curve.Highest;
        for (var turn = 0; turn < webhooks.Kills.Count; turn++)
        {
            var at = begins + (ends - begins) * (turn + 1) / (webhooks.Kills.Count + 1);
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, at - recording.Seconds)), cancellationToken);
            foreach (var service in webhooks.Kills[turn])
            {
                if (!target.Services.Kill(service)) throw new UserErrorException($"{service} is not there to be killed.");
                Note(recording, $"{service} killed");
            }
        }
    }

    private void Note(Recording recording, string line)
    {
        recording.Mark(line.Split(';')[0]);
        view.Say(line);
    }

    /// <summary>What the senders know, and what the stores say of themselves.</summary>
    private async Task<VerifyResult> VerifyAsync(
        Counters counters, long inboxBefore, Outcome outcome, Recording recording, IReadOnlyList<RoundResult> beside,
        CancellationToken cancellationToken)
    {
        view.Say("verify ...");
        var events = await target.Backlog.InboxAsync(cancellationToken) - inboxBefore;
        var records = (await target.Backlog.ReadAsync(cancellationToken)).Appended - recording.Before.Appended;
        var verify = await Ops.VerifyAsync(target.System.Data, cancellationToken);
        List<(bool Holds, string Claim)> claims =
        [
            (records >= counters.Accepted, $"{counters.Accepted:N0} webhooks were acknowledged, the log has {records:N0} records more"),
            (events >= counters.Effects, $"{counters.Effects:N0} different events were acknowledged, {events:N0} are applied"),
            (outcome.DrainSeconds is not null, "the backlog is gone"),
            (counters.Overflowed == 0, $"{counters.Overflowed:N0} arrivals were not sent, the driver's queue was full"),
        ];
        claims.Add((true, FormattableString.Invariant(
            $"where a connection was free the driver itself was late by {counters.Lateness.Micros(0.99) / 1000.0:F2} ms at p99")));
        // Who was killed did not answer.
        if (webhooks.Kills.Count == 0)
            claims.Add((counters.Failed == 0, $"{counters.Failed:N0} answers were neither 2xx nor 429 or 503"));
        foreach (var one in beside)
            claims.Add((one.Figures["not 2xx"] == 0, $"{one.Figures["not 2xx"]:N0} answers to {one.Name} were not 2xx"));
        var lines = claims.Select(claim => $"load {(claim.Holds ? "ok  " : "FAIL")} {claim.Claim}");
        return new VerifyResult(verify.Clean && claims.TrueForAll(claim => claim.Holds), [.. lines, .. verify.Lines]);
    }

    private async Task<LoadReport> ReportAsync(
        Counters counters, Recording recording, Outcome outcome, VerifyResult? verify, WebhookMix mix, IReadOnlyList<RoundResult> beside)
    {
        var seconds = outcome.IsComplete ? webhooks.Curve.Seconds : Math.Min(webhooks.Curve.Seconds, recording.Seconds);
        var said = new Dictionary<string, string>(webhooks.Words().Concat(Surroundings.Settings()))
        {
            ["connections"] = $"{settings.Connections}",
            ["instances"] = $"{target.System.Ingresses.Count} ingress, {target.System.Processors} processors",
            ["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            ["PayPal"] = FormattableString.Invariant($"{mix.PayPalShare:P0}"),
        };
        var statuses = new Dictionary<string, long>(counters.ByStatus());
        if (counters.Overflowed > 0) statuses["not sent, queue full"] = counters.Overflowed;
        return new LoadReport
        {
            Profile = settings.Profile,
            Engine = target.System.Engine,
            StartedAt = recording.StartedAt,
            Machine = await MachineReader.ReadAsync(target.System),
            Settings = said,
            Rounds = beside,
            Samples = recording.Samples,
            Marks = recording.Marks,
            Summary = new Summary
            {
                Seconds = seconds,
                Offered = counters.Offered,
                Sent = counters.Sent,
                Accepted = counters.Accepted,
                Refused = counters.Refused,
                Failed = counters.Failed,
                ByStatus = statuses,
                Latency = counters.Latency.Percentiles() ?? new Percentiles(0, 0, 0, 0, 0, 0),
                OfferedPerSecond = counters.Offered / seconds,
                AcceptedPerSecond = counters.Accepted / seconds,
                DrainSeconds = outcome.DrainSeconds,
                Processes = recording.Processes(),
            },
            Verify = verify,
        };
    }
}
