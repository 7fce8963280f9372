namespace PaymentPipeline.Storage;

/// <summary>What one committed batch did, in events by verdict.</summary>
public sealed record BatchResult
{
    public int Applied { get; init; }
    public int Duplicates { get; init; }
    public int Ignored { get; init; }
    public int NoFacts { get; init; }
    public int Parked { get; init; }

    /// <summary>Dead letters written: whole records or single events.</summary>
    public int Quarantined { get; init; }

    /// <summary>Facts that had waited for their payment and were folded now.</summary>
    public int Unparked { get; init; }
    public int Transitions { get; init; }

    public Published Published { get; init; }

    /// <summary>Rows that wait in the outbox because of this batch.</summary>
    public int Staged => Published.Staged;

    /// <summary>The reason of each dead letter.</summary>
    public IReadOnlyList<string> QuarantineReasons { get; init; } = [];
}
