using System.Diagnostics;
using System.Net;

namespace PaymentPipeline.Load.Sending;

/// <param name="Fresh">Share of the requests after which the connection is made anew.</param>
/// <param name="Duplicates">Share of the arrivals that repeat one of shortly before.</param>
/// <param name="WaitingMax">Arrivals that wait for a connection; more are not sent, and counted.</param>
internal sealed record OpenLoopSettings(int Connections, double Fresh, double Duplicates, int Seed, int WaitingMax = 1_000_000);

/// <summary>
/// Sends at a rate that the answers do not change. Arrivals come at random as from many senders, by the curve alone; each is due at
/// its moment and its latency counts from there, whether a connection was free or not. What is not taken comes again.
/// </summary>
internal sealed class OpenLoop : IDisposable
{
    private const int DuplicateWithin = 500;
    private static readonly TimeSpan answerWithin = TimeSpan.FromSeconds(20);

    // Waking up costs more than sending: arrivals of a moment go together.
    private static readonly long together = Stopwatch.Frequency / 5_000;
    private static readonly long lookAgain = Stopwatch.Frequency / 1_000;

    private readonly OpenLoopSettings _settings;
    private readonly IRequestSource _source;
    private readonly Random _random;
    private readonly LoadConnection[] _connections;
    private readonly WaitingRoom _room;
    private readonly Comebacks _comebacks = new();
    private readonly NumberSet _acknowledged = new();
    private Exception? _defect;
    private long _next;
    private int _underWay;

    /// <param name="servers">The connections go to them in turn.</param>
    public OpenLoop(IReadOnlyList<IPEndPoint> servers, IRequestSource source, OpenLoopSettings settings)
    {
        (_source, _settings) = (source, settings);
        _random = new Random(settings.Seed);
        _connections = [.. Enumerable.Range(0, settings.Connections)
            .Select(number => new LoadConnection(servers[number % servers.Count], source.NewSender()))];
        _room = new WaitingRoom(_connections, settings.WaitingMax);
    }

    public Counters Counters { get; } = new();

    /// <summary>Arrivals that have no final answer yet: waiting for a connection, for an answer, or to come again.</summary>
    public int Unsettled => _room.Waiting + Volatile.Read(ref _underWay) + _comebacks.Count;

    /// <summary>Called with each new arrival's number and the moment at which it is due, before it is sent.</summary>
    public Action<long, long> OnDue { get; init; } = (_, _) => { };

    /// <summary>Called with an arrival's number and the moment at which its 2xx was there.</summary>
    public Action<long, long> OnAccepted { get; init; } = (_, _) => { };

    /// <summary>Until the curve ends; answers may be under way then.</summary>
    public Task RunAsync(RateCurve curve, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Pace(curve, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Until everything has its answer, or the limit is over; what is left then is given up.</summary>
    public async Task SettleAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (Unsettled > 0 && Stopwatch.GetElapsedTime(started) < limit)
        {
            SendComebacks(Stopwatch.GetTimestamp());
            CloseLateOnes();
            await Task.Delay(5, cancellationToken);
        }
        _room.Clear();
        _comebacks.Clear();
    }

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }

    private void Pace(RateCurve curve, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var ends = started + Ticks(curve.Seconds);
        var due = started + Gap(curve, 0);
        var looked = started;
        while (due < ends && !cancellationToken.IsCancellationRequested)
        {
            var now = Stopwatch.GetTimestamp();
            for (; due <= now && due < ends; due += Gap(curve, Stopwatch.GetElapsedTime(started, due).TotalSeconds))
            {
                var arrival = new Arrival(Choose(), due, 0);
                Counters.Offer();
                OnDue(arrival.Number, due);
                Enter(arrival);
            }
            SendComebacks(now);
            if (now - looked > Stopwatch.Frequency)
            {
                looked = now;
                CloseLateOnes();
            }
            if (_defect is not null) throw new InvalidOperationException("The generator has a defect.", _defect);
            Pause.Until(Math.Min(Math.Max(due, now + together), now + lookAgain));
        }
    }

    // Independent arrivals: the gaps are exponential.
    private long Gap(RateCurve curve, double seconds) => Ticks(-Math.Log(1 - _random.NextDouble()) / Math.Max(0.01, curve.At(seconds)));

    private long Choose() => _next > 0 && _settings.Duplicates > 0 && _random.NextDouble() < _settings.Duplicates
        ? Math.Max(0, _next - 1 - _random.Next(DuplicateWithin))
        : _next++;

    private void SendComebacks(long now)
    {
        while (_comebacks.TryTake(now, out var arrival)) Enter(arrival);
    }

    private void CloseLateOnes()
    {
        foreach (var connection in _connections) connection.CloseWhenLate(answerWithin);
    }

    private void Enter(Arrival arrival)
    {
        if (_room.Enter(arrival, out var overflows) is { } connection)
        {
            Interlocked.Increment(ref _underWay);
            if (arrival.Attempt == 0) Counters.Lateness.Record(Micros(Stopwatch.GetTimestamp() - arrival.Due));
            _ = WorkAsync(connection, arrival);
        }
        else if (overflows) Counters.Overflow();
    }

    private async Task WorkAsync(LoadConnection connection, Arrival arrival)
    {
        try
        {
            do
            {
                Counters.Send(Stopwatch.GetTimestamp());
                var status = await connection.AskAsync(arrival.Number);
                Settle(arrival, status);
                if (_settings.Fresh > 0 && Random.Shared.NextDouble() < _settings.Fresh) connection.Close();
            }
            while (_room.Next(connection, out arrival));
            Interlocked.Decrement(ref _underWay);
        }
        // Whatever it is, it must not end in an unobserved task: the pacing thread throws it.
        catch (Exception exception)
        {
            _defect = exception;
        }
    }

    private void Settle(in Arrival arrival, int status)
    {
        Counters.Answer(status);
        if (!Counters.IsAccepted(status))
        {
            _comebacks.Add(arrival);
            return;
        }
        var now = Stopwatch.GetTimestamp();
        OnAccepted(arrival.Number, now);
        Counters.Latency.Record(Micros(now - arrival.Due));
        if (_acknowledged.Add(arrival.Number)) Counters.Acknowledge(_source.EventsIn(arrival.Number));
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    private static long Micros(long ticks) => ticks / (Stopwatch.Frequency / 1_000_000);
}
