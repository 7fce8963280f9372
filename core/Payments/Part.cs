namespace PaymentPipeline.Core.Payments;

/// <summary>What a part of a payment is. The numbers are stored: never change one.</summary>
internal enum PartKind
{
    Capture = 1,
    Refund = 2,
    Dispute = 3,
    Fee = 4,
    Void = 5,

    /// <summary>An attempt to pay that failed.</summary>
    Attempt = 6,

    /// <summary>A capture request that was refused.</summary>
    CaptureRefusal = 7,
}

/// <summary>Which kinds of facts told of a part. The numbers are stored: never change one.</summary>
[Flags]
internal enum Told
{
    Nothing = 0,

    /// <summary>For kinds that are told in one way only: fee, void, attempt, refusal.</summary>
    Once = 1,
    Captured = 1 << 1,
    CaptureFailed = 1 << 2,
    RefundPending = 1 << 3,
    RefundSucceeded = 1 << 4,
    RefundFailed = 1 << 5,
    DisputeOpened = 1 << 6,
    DisputeFundsWithdrawn = 1 << 7,
    DisputeFundsReinstated = 1 << 8,
    DisputeLost = 1 << 9,
    DisputeWon = 1 << 10,
}

/// <summary>
/// Everything that the facts told of one part. Joining is commutative, associative and idempotent: flags add up, the
/// largest amount told stands.
/// </summary>
/// <param name="CurrencyCode">Set for fees only, which gateways take in other currencies too.</param>
internal readonly record struct Part(PartKind Kind, string Id, long Amount, Told Told, string? CurrencyCode = null)
{
    public bool Has(Told any) => (Told & any) != 0;

    public Part Join(Part other) => this with { Amount = Math.Max(Amount, other.Amount), Told = Told | other.Told };

    /// <summary>Where the part stands: the strongest thing told, in whatever order it came.</summary>
    public OperationStatus Status => Kind switch
    {
        PartKind.Capture => Has(Told.CaptureFailed) ? OperationStatus.Failed : OperationStatus.Succeeded,
        PartKind.Refund when Has(Told.RefundFailed) => OperationStatus.Failed,
        PartKind.Refund => Has(Told.RefundSucceeded) ? OperationStatus.Succeeded : OperationStatus.Pending,
        PartKind.Dispute when Has(Told.DisputeWon) => OperationStatus.Won,
        PartKind.Dispute when Has(Told.DisputeLost) => OperationStatus.Lost,
        PartKind.Dispute when Has(Told.DisputeFundsReinstated) => OperationStatus.FundsReinstated,
        PartKind.Dispute => Has(Told.DisputeFundsWithdrawn) ? OperationStatus.FundsWithdrawn : OperationStatus.Opened,
        PartKind.CaptureRefusal or PartKind.Attempt => OperationStatus.Failed,
        _ => OperationStatus.Succeeded,
    };

    /// <summary>Order by identity (kind, id, a fee's currency), so that the same parts are always stored in the same order.</summary>
    public static int Compare(Part left, Part right)
    {
        var order = ((int)left.Kind).CompareTo((int)right.Kind);
        if (order == 0)
            order = string.CompareOrdinal(left.Id, right.Id);
        return order != 0 ? order : string.CompareOrdinal(left.CurrencyCode, right.CurrencyCode);
    }
}
