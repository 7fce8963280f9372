namespace PaymentPipeline.Load.Results;

/// <summary>
/// One run of the load generator, complete: what the HTML page, a comparison with an earlier run and a script read. The JSON form
/// (<see cref="ReportFile"/>) is stable; a change that an older reader would misread raises <see cref="SchemaVersion"/>.
/// </summary>
internal sealed record LoadReport
{
    public const int SchemaVersion = 1;

    /// <summary>Of the JSON form.</summary>
    public int Schema { get; init; } = SchemaVersion;

    /// <summary>"steady", "peak", "flood", "soak", "api", "mixed" or "compare".</summary>
    public required string Profile { get; init; }

    /// <summary>"postgres" or "kafka".</summary>
    public required string Engine { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required Machine Machine { get; init; }

    /// <summary>What the run was asked for, and the settings of the system under test that matter. Never a secret.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Floors and ours in turn, in the order played; empty in profiles without rounds.</summary>
    public IReadOnlyList<RoundResult> Rounds { get; init; } = [];

    /// <summary>One a second, in order.</summary>
    public IReadOnlyList<Sample> Samples { get; init; } = [];

    /// <summary>What happened meanwhile ("ingress killed"), in order.</summary>
    public IReadOnlyList<Mark> Marks { get; init; } = [];

    public required Summary Summary { get; init; }

    /// <summary>Null when the run did not ask.</summary>
    public VerifyResult? Verify { get; init; }
}

/// <summary>Something that happened during the run, drawn as a vertical line.</summary>
/// <param name="At">Seconds since the start of the run.</param>
internal sealed record Mark(double At, string Text);

/// <summary>What <c>./pipeline verify</c> said after the run.</summary>
/// <param name="Clean">True when no invariant is broken.</param>
/// <param name="Lines">Its output, line by line.</param>
internal sealed record VerifyResult(bool Clean, IReadOnlyList<string> Lines);

/// <summary>One measurement of a round: a floor or ours.</summary>
/// <param name="Name">
/// What was measured, with the round before it: "round 2: accepted", "round 2: floor, bare endpoint". The page and a comparison put
/// the same measurement of all rounds into one line, with its median and spread.
/// </param>
/// <param name="Rate">Operations a second.</param>
/// <param name="Latency">Null where only a rate was measured.</param>
/// <param name="Figures">Further figures of this round by name, with the unit in it ("ratio to bare endpoint", "drain s").</param>
internal sealed record RoundResult(string Name, double Rate, Percentiles? Latency, IReadOnlyDictionary<string, double> Figures);
