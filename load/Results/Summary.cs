namespace PaymentPipeline.Load.Results;

/// <summary>The whole run. Counts are webhooks (in the API's profiles: requests).</summary>
internal sealed record Summary
{
    /// <summary>Seconds in which the profile offered load; draining is not part of it.</summary>
    public required double Seconds { get; init; }

    public required long Offered { get; init; }
    public required long Sent { get; init; }

    /// <summary>Answered 2xx.</summary>
    public required long Accepted { get; init; }

    /// <summary>Answered 429 or 503.</summary>
    public required long Refused { get; init; }

    /// <summary>Another answer, or none.</summary>
    public required long Failed { get; init; }

    /// <summary>Answers by HTTP status ("200", "503"); "none" for no answer.</summary>
    public IReadOnlyDictionary<string, long> ByStatus { get; init; } = new Dictionary<string, long>();

    public required Percentiles Latency { get; init; }

    /// <summary>Mean over <see cref="Seconds"/>.</summary>
    public required double OfferedPerSecond { get; init; }

    /// <summary>Mean over <see cref="Seconds"/>.</summary>
    public required double AcceptedPerSecond { get; init; }

    /// <summary>From the last send until everything accepted was applied and published, seconds. Null when it was not waited for.</summary>
    public double? DrainSeconds { get; init; }

    public IReadOnlyList<ProcessSummary> Processes { get; init; } = [];
}

/// <summary>One process over the whole run.</summary>
/// <param name="Name">As in <see cref="ProcessSample"/>.</param>
/// <param name="PeakRss">Bytes.</param>
/// <param name="CpuMicrosPerWebhook">Processor time spent in the run, by what was accepted in it, microseconds.</param>
internal sealed record ProcessSummary(string Name, long PeakRss, double CpuMicrosPerWebhook);
