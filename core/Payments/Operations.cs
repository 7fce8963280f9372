namespace PaymentPipeline.Core.Payments;

/// <summary>The rows of operations that one fact changes: the part that it is about, or the total captured.</summary>
internal static class Operations
{
    public static IReadOnlyList<Operation> ChangedBy(Fact fact, Payment before, Payment after)
    {
        if (after.Currency is not { } currency)
            return [];
        var changed = new List<Operation>(1);

        // Parts told before the currency was known could not be written then.
        if (before.Currency is null)
        {
            foreach (var part in after.Memory.Parts)
                Add(changed, part, fact, after, currency);
        }
        else if (FactJoin.PartOf(fact) is { } told && !before.Memory.Knows(fact.Key))
        {
            var was = before.Memory.Find(told);
            var now = after.Memory.Find(told);
            if (was.Told == Told.Nothing || was.Status != now.Status || was.Amount != now.Amount)
                Add(changed, now, fact, after, currency);
        }
        if (after.Memory.CapturedTotal > before.Memory.CapturedTotal)
            changed.Add(TotalCaptured(fact, after, currency));
        return changed;
    }

    /// <summary>The id of a part outside the fold: of its operation row and in events.</summary>
    public static Guid IdOf(Guid paymentId, PartKind kind, string partId) => Identifiers.Derive(paymentId, NameOf(kind), partId);

    /// <summary>See <see cref="Payment.StatusOf"/>.</summary>
    public static OperationStatus? StatusOf(FoldMemory memory, OperationKind kind, string reference)
    {
        foreach (var part in memory.Parts)
            if (part.Kind != PartKind.CaptureRefusal && KindOf(part.Kind) == kind && part.Id == reference)
                return part.Status;

        // A capture refused and then taken under the same id is the capture.
        var refusal = new Part(PartKind.CaptureRefusal, reference, 0, Told.Nothing);
        return kind == OperationKind.Capture && memory.Find(refusal).Told != Told.Nothing ? OperationStatus.Failed : null;
    }

    /// <summary>Captures that failed later included.</summary>
    public static bool HasCapture(FoldMemory memory)
    {
        foreach (var part in memory.Parts)
            if (part.Kind == PartKind.Capture) return true;
        return false;
    }

    /// <summary>See <see cref="Payment.OnlyCaptureId"/>.</summary>
    public static string? OnlyCaptureOf(FoldMemory memory)
    {
        Part? only = null;
        foreach (var part in memory.Parts)
        {
            if (part.Kind != PartKind.Capture) continue;
            if (only is not null) return null;
            only = part;
        }
        return only is { Status: OperationStatus.Succeeded } ? only.Value.Id : null;
    }

    /// <summary>The gateway reference of what was captured as a total, which no gateway names.</summary>
    public static string TotalReference(Payment payment) => payment.GatewayPaymentId + ":total";

    private static Operation TotalCaptured(Fact fact, Payment payment, Currency currency) => new(
        IdOf(payment.Id, PartKind.Capture, TotalReference(payment)), payment.Id, OperationKind.Capture, TotalReference(payment),
        payment.Memory.CapturedTotal, currency, OperationStatus.Succeeded, fact.Details.Reason, fact.OccurredAt);

    private static void Add(List<Operation> changed, in Part part, Fact fact, Payment payment, Currency currency)
    {
        if (KindOf(part.Kind) is not { } kind)
            return;

        // A fee in another currency is remembered but is none of this payment's money.
        if (part.Kind == PartKind.Fee && part.CurrencyCode != currency.Code)
            return;

        // A capture refused and then taken under the same id is the capture.
        if (part.Kind == PartKind.CaptureRefusal && payment.Memory.Find(part with { Kind = PartKind.Capture }).Told != Told.Nothing)
            return;
        changed.Add(new Operation(
            IdOf(payment.Id, part.Kind, part.Id), payment.Id, kind, part.Id, part.Amount, currency, part.Status,
            fact.Details.Reason ?? fact.Details.FailureCode, fact.OccurredAt));
    }

    private static OperationKind? KindOf(PartKind kind) => kind switch
    {
        PartKind.Capture or PartKind.CaptureRefusal => OperationKind.Capture,
        PartKind.Refund => OperationKind.Refund,
        PartKind.Dispute => OperationKind.Dispute,
        PartKind.Fee => OperationKind.Fee,
        PartKind.Void => OperationKind.Void,
        _ => null,
    };

    private static string NameOf(PartKind kind) => kind switch
    {
        PartKind.Capture or PartKind.CaptureRefusal => "capture",
        PartKind.Refund => "refund",
        PartKind.Dispute => "dispute",
        PartKind.Fee => "fee",
        PartKind.Void => "void",
        _ => throw new System.Diagnostics.UnreachableException($"{kind} is no operation."),
    };
}
