using System.Globalization;
using PaymentPipeline.Load.Floors;
using PaymentPipeline.Load.Live;
using PaymentPipeline.Load.Profiles;
using PaymentPipeline.Load.Results;
using PaymentPipeline.Load.Running;
using PaymentPipeline.Load.Webhooks;

namespace PaymentPipeline.Load.Api;

/// <summary>The rounds of the API's profile.</summary>
internal sealed class ApiRun(RunSettings settings, ApiSettings api, Target target, LiveView view)
{
    private static readonly TimeSpan drainsWithin = TimeSpan.FromMinutes(5);

    private readonly List<RoundResult> _results = [];
    private readonly SortedDictionary<string, long> _byStatus = new(StringComparer.Ordinal);
    private readonly Histogram _latency = new();
    private long _created;
    private double _seconds;

    public async Task<LoadReport> PlayAsync(CancellationToken cancellationToken)
    {
        using var standIn = await StandInStripe.StartAsync(target.System);
        var startedAt = TimeProvider.System.GetUtcNow();
        await using var token = await DevelopmentToken.MakeAsync(target.System.Data, cancellationToken);
        var requests = new ApiRequests(target.System, token, settings.Seed, TemplateWords.RunAt(startedAt));
        var meter = await ProcessMeter.StartAsync(target.System, target.Backlog.Database, cancellationToken);
        VerifyResult? verify = null;
        try
        {
            for (var round = 1; round <= api.Rounds; round++) await PlayAsync(round, requests, meter, cancellationToken);
            view.Say("verify ...");
            verify = await Ops.VerifyAsync(target.System.Data, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            view.Say("Stopped: the report has what was measured so far.");
        }
        return await ReportAsync(startedAt, meter, Judge(verify), isStandIn: standIn is not null);
    }

    private async Task PlayAsync(int round, ApiRequests requests, ProcessMeter meter, CancellationToken cancellationToken)
    {
        var create = new ApiDriver(target.System.Api, requests.Payment, expectedStatus: 201, settings.Connections);
        var simulator = new ApiDriver(target.System.Simulator, requests.StripePayment, expectedStatus: 200, settings.Connections);
        var live = new ApiDriver(target.System.Api, requests.Live, expectedStatus: 200, settings.Connections);

        meter.Skip();
        var spent = meter.CpuSeconds();
        var closed = Count(await create.ClosedAsync(api.WarmUp, api.Seconds));
        meter.Read();
        var cpu = meter.CpuSeconds().Select(one =>
            KeyValuePair.Create($"{one.Key} CPU µs", (one.Value - spent.GetValueOrDefault(one.Key)) * 1e6 / Math.Max(1, closed.Good)));
        await QuietAsync(cancellationToken);
        var rate = api.Rate ?? Math.Max(1, closed.PerSecond / 2);
        meter.Skip();
        var open = Count(await create.OpenAsync(rate, api.Seconds));
        meter.Read();
        _latency.Add(open.Latency);
        await QuietAsync(cancellationToken);
        var direct = await simulator.ClosedAsync(api.WarmUp, api.Seconds);
        await QuietAsync(cancellationToken);
        var bare = await live.ClosedAsync(api.WarmUp, api.Seconds);

        Add($"round {round}: floor, simulator alone", direct.PerSecond, direct.Latency);
        Add($"round {round}: floor, answer without work", bare.PerSecond, bare.Latency);
        Add($"round {round}: create payment, saturated", closed.PerSecond, closed.Latency,
            [new("ratio to simulator alone", closed.PerSecond / direct.PerSecond), .. cpu]);
        Add($"round {round}: create payment at half", open.PerSecond, open.Latency,
            [new("driver late p99 ms", open.Lateness.Micros(0.99) / 1000.0)]);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private ApiDrive Count(ApiDrive drive)
    {
        _created += drive.Good;
        _seconds += api.Seconds.TotalSeconds;
        foreach (var (status, count) in drive.Errors)
        {
            var name = status == 0 ? "none" : $"{status}";
            _byStatus[name] = _byStatus.GetValueOrDefault(name) + count;
        }
        return drive;
    }

    private void Add(string name, double rate, Histogram latency, IEnumerable<KeyValuePair<string, double>>? figures = null)
    {
        _results.Add(new RoundResult(name, rate, latency.Percentiles(), new Dictionary<string, double>(figures ?? [])));
        view.Say(FormattableString.Invariant(
            $"{name}: {rate:N0}/s  p50 {latency.Micros(0.5) / 1000.0:N1}  p99 {latency.Micros(0.99) / 1000.0:N1} ms"));
    }

    /// <summary>Until the webhooks of the payments are delivered, applied and told: what follows is not measured in their wake.</summary>
    private async Task QuietAsync(CancellationToken cancellationToken)
    {
        await SimulatorProgress.WaitUntilToldAsync(target.System, cancellationToken);
        if (!await target.Backlog.WaitUntilGoneAsync(drainsWithin, _ => { }, cancellationToken))
            throw new UserErrorException($"The backlog was not gone within {drainsWithin.TotalMinutes} minutes.");
    }

    private VerifyResult? Judge(VerifyResult? verify)
    {
        if (verify is null) return null;
        var failed = _byStatus.Values.Sum();
        var hint = _byStatus.ContainsKey("429") ? "; 429 is the limit of one caller, see --help" : "";
        var line = string.Create(
            CultureInfo.InvariantCulture, $"load {(failed == 0 ? "ok  " : "FAIL")} {failed:N0} requests had no good answer{hint}");
        return new VerifyResult(verify.Clean && failed == 0, [line, .. verify.Lines]);
    }

    private async Task<LoadReport> ReportAsync(DateTimeOffset startedAt, ProcessMeter meter, VerifyResult? verify, bool isStandIn)
    {
        var sent = _created + _byStatus.Values.Sum();
        var refused = _byStatus.GetValueOrDefault("429") + _byStatus.GetValueOrDefault("503");
        return new LoadReport
        {
            Profile = "api",
            Engine = target.System.Engine,
            StartedAt = startedAt,
            Machine = await MachineReader.ReadAsync(target.System),
            Settings = new Dictionary<string, string>(Surroundings.Settings())
            {
                ["rounds"] = $"{api.Rounds}",
                ["seconds of each"] = FormattableString.Invariant($"{api.Seconds.TotalSeconds}"),
                ["connections"] = $"{settings.Connections}",
                ["gateway"] = isStandIn ? "stand-in that answers at once, without webhooks" : "simulator, with webhooks",
                ["seed"] = settings.Seed.ToString(CultureInfo.InvariantCulture),
            },
            Rounds = _results,
            Summary = new Summary
            {
                Seconds = _seconds,
                Offered = sent,
                Sent = sent,
                Accepted = _created,
                Refused = refused,
                Failed = sent - _created - refused,
                ByStatus = new Dictionary<string, long>(_byStatus) { ["201"] = _created },
                Latency = _latency.Percentiles() ?? new Percentiles(0, 0, 0, 0, 0, 0),
                OfferedPerSecond = sent / Math.Max(1, _seconds),
                AcceptedPerSecond = _created / Math.Max(1, _seconds),
                Processes = meter.Summary(_created),
            },
            Verify = verify,
        };
    }
}
