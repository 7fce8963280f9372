namespace PaymentPipeline.Load.Results;

/// <summary>One second of a run. Rates are webhooks (in the API's profiles: requests) a second.</summary>
internal sealed record Sample
{
    /// <summary>Seconds since the start of the run, at the end of this second.</summary>
    public required double At { get; init; }

    /// <summary>What the profile's arrivals were due to send.</summary>
    public required double Offered { get; init; }

    /// <summary>What went out.</summary>
    public required double Sent { get; init; }

    /// <summary>Answered 2xx.</summary>
    public required double Accepted { get; init; }

    /// <summary>Answered 429 or 503: the sender comes again.</summary>
    public required double Refused { get; init; }

    /// <summary>Another answer, or none.</summary>
    public required double Failed { get; init; }

    /// <summary>Of the answers that came in this second, from the intended moment of sending. Null when none came.</summary>
    public Percentiles? Latency { get; init; }

    /// <summary>Records applied since the start of the run.</summary>
    public required long Applied { get; init; }

    /// <summary>Records accepted and not applied yet, at the end of this second.</summary>
    public required double Lag { get; init; }

    /// <summary>Events staged and not published yet, at the end of this second.</summary>
    public required long Outbox { get; init; }

    public IReadOnlyList<ProcessSample> Processes { get; init; } = [];
}

/// <summary>One process in one second.</summary>
/// <param name="Name">"ingress", "processors-2", "postgres": the same in every second. A group of processes is summed.</param>
/// <param name="Cpu">Cores used: 1.0 is one whole core for the whole second.</param>
/// <param name="Rss">Resident memory, bytes.</param>
internal sealed record ProcessSample(string Name, double Cpu, long Rss);

/// <summary>Latencies in milliseconds from the intended moment of sending to the end of the answer.</summary>
internal sealed record Percentiles(double P50, double P90, double P99, double P999, double P9999, double Max);
