namespace PaymentPipeline.Load.Sending;

/// <summary>How many arrivals a second there are at each moment of a run.</summary>
internal sealed class RateCurve
{
    private readonly (string Name, double Begins, double Ends, double From, double To)[] _phases;

    /// <param name="phases">In order; within each the rate goes in a straight line from one to the other.</param>
    public RateCurve(params IEnumerable<(string Name, double Seconds, double From, double To)> phases)
    {
        var at = 0.0;
        _phases = [.. phases.Select(phase => (phase.Name, at, at += phase.Seconds, phase.From, phase.To))];
        Seconds = at;
    }

    public double Seconds { get; }
    public double Peak => _phases.Max(phase => Math.Max(phase.From, phase.To));

    /// <summary>How many are to be expected.</summary>
    public double Arrivals => _phases.Sum(phase => (phase.Ends - phase.Begins) * (phase.From + phase.To) / 2);

    public IEnumerable<(double At, string Name)> Phases => _phases.Select(phase => (phase.Begins, phase.Name));

    /// <summary>The phase with the most arrivals a second.</summary>
    public (double Begins, double Ends) Highest => _phases.MaxBy(phase => phase.From + phase.To) is var highest
        ? (highest.Begins, highest.Ends)
        : default;

    public double At(double seconds)
    {
        foreach (var (_, begins, ends, from, to) in _phases)
            if (seconds < ends) return from + (to - from) * Math.Max(0, seconds - begins) / (ends - begins);
        return _phases[^1].To;
    }
}
