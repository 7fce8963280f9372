using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>What the database knew of everything that the batch names; read and locked at the start of the transaction.</summary>
internal sealed class BatchState
{
    public Dictionary<GatewayName, KnownClaim> Claims { get; } = [];

    /// <summary>SHA-256 of the body first seen under a delivery id.</summary>
    public Dictionary<GatewayName, byte[]> Deliveries { get; } = [];

    /// <summary>By each of its aliases.</summary>
    public Dictionary<GatewayName, PaymentEntry> Payments { get; } = [];
    public Dictionary<GatewayName, PayoutEntry> Payouts { get; } = [];
    public Dictionary<GatewayName, MethodEntry> Methods { get; } = [];

    /// <summary>Our users by the ids that they have as the gateway's customers.</summary>
    public Dictionary<GatewayName, string> Users { get; } = [];

    /// <summary>By each alias that would resolve them, in the order in which they came.</summary>
    public Dictionary<GatewayName, List<WaitingFact>> Waiting { get; } = [];

    private readonly HashSet<long> _storedWaiting = [];

    public void AddWaiting(WaitingFact waiting)
    {
        if (waiting.Id is { } id && !_storedWaiting.Add(id)) return;
        foreach (var alias in waiting.Fact.Aliases)
        {
            var name = new GatewayName(waiting.Fact.Gateway, waiting.Fact.Account, alias);
            if (!Waiting.TryGetValue(name, out var facts)) Waiting.Add(name, facts = []);
            facts.Add(waiting);
        }
    }
}

/// <summary>What the batch will write. Everything here is written in one transaction, or nothing is.</summary>
internal sealed class BatchDraft
{
    /// <summary>By event key; also how a batch notices its own duplicates.</summary>
    public Dictionary<GatewayName, Claim> Claims { get; } = [];
    public Dictionary<GatewayName, IncomingRecord> Deliveries { get; } = [];
    public HashSet<PaymentEntry> Payments { get; } = [];
    public HashSet<PayoutEntry> Payouts { get; } = [];
    public HashSet<MethodEntry> Methods { get; } = [];
    public List<AliasRow> Aliases { get; } = [];
    public Dictionary<(Guid Payment, OperationKind Kind, string Reference), Operation> Operations { get; } = [];
    public List<TransitionRow> Transitions { get; } = [];
    public List<MovementRow> Movements { get; } = [];
    public List<OutboxRow> Outbox { get; } = [];
    public List<WaitingFact> NewWaiting { get; } = [];
    public List<WaitingFact> Resolved { get; } = [];
    public List<DeadLetterRow> DeadLetters { get; } = [];
    public int Duplicates { get; set; }

    public BatchResult Result() => new()
    {
        Applied = Count(Verdicts.Applied),
        Duplicates = Duplicates,
        Ignored = Count(Verdicts.Ignored),
        NoFacts = Count(Verdicts.NoFacts),
        Parked = Count(Verdicts.Parked),
        Quarantined = DeadLetters.Count,
        Unparked = Resolved.Count,
        Transitions = Transitions.Count,
        QuarantineReasons = [.. DeadLetters.Select(letter => letter.Rejection.Reason)],
    };

    private int Count(string verdict) => Claims.Values.Count(claim => claim.Verdict == verdict);
}
