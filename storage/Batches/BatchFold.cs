using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>
/// Judges the records of a batch one after the other against <see cref="BatchState"/> and drafts what is to be written.
/// In memory only. An event is taken as a whole or not at all: see <see cref="EventFold"/>.
/// </summary>
internal sealed class BatchFold(BatchState state, DateTimeOffset now)
{
    public BatchDraft Draft { get; } = new();

    /// <summary>Folds a record: its events in the order of the body.</summary>
    public void Take(IncomingRecord record)
    {
        if (record.Rejection is { } rejection) Quarantine(record, record.EventKey, rejection);
        else if (IsForgedDelivery(record))
            Quarantine(record, record.EventKey,
                new(QuarantineReasons.DeliveryConflict, $"Delivery {record.DeliveryId} came with another body."));
        else
            foreach (var gatewayEvent in record.Events) Take(record, gatewayEvent);
    }

    /// <summary>Folds a fact that waited, if its payment is known. With <paramref name="founds"/> it founds the payment itself.</summary>
    public void Settle(WaitingFact waiting, bool founds)
    {
        if (waiting.Resolution is not null) return;
        var fold = new EventFold(state, Draft, waiting.EventKey, traceParent: null, now);
        try
        {
            if (!fold.Take(founds ? waiting.Fact with { FoundsPayment = true } : waiting.Fact)) return;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fold.Refuse(QuarantineReasons.Refused, exception.Message);
        }

        if (fold.Refusal is { } refusal)
        {
            Resolve(waiting, Verdicts.Quarantined, null);
            Quarantine(waiting.Claim?.Record ?? RecordOf(waiting), waiting.EventKey, refusal);
            return;
        }
        Resolve(waiting, founds ? "external" : Verdicts.Applied, fold.FirstPaymentId);
        Commit(fold);
    }

    /// <summary>
    /// Folds what a gateway answered about a payment of ours, or about stored methods: no event, so no claim; the facts' own
    /// keys make them one with the webhooks'. All facts or none: null, or why none could be taken (and a dead letter keeps them).
    /// </summary>
    /// <param name="gatewayPaymentId">The gateway's id of the payment, which stands above what facts named first; null for none.</param>
    public Rejection? TakeReply(PaymentEntry? entry, string? gatewayPaymentId, IReadOnlyList<Fact> facts, string operationId)
    {
        var fold = new EventFold(state, Draft, inboxKey: null, traceParent: null, now);
        try
        {
            if (entry is not null && gatewayPaymentId is not null) fold.Name(entry, gatewayPaymentId);
            foreach (var fact in facts) fold.Take(fact);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fold.Refuse(QuarantineReasons.Refused, exception.Message);
        }

        if (fold.Refusal is { } refusal)
        {
            foreach (var fact in facts)
                Quarantine(RecordOf(new WaitingFact(null, operationId, fact, claim: null)) with { Topic = "books.api_operations" },
                    $"{operationId}:{fact.Key}", refusal);
            return refusal;
        }
        Commit(fold);
        return null;
    }

    /// <summary>The log record of a parked fact is not at hand; its dead letter names the parked row and holds the fact.</summary>
    private IncomingRecord RecordOf(WaitingFact waiting) => new()
    {
        Topic = "books.parked",
        Partition = 0,
        Offset = waiting.Id ?? 0,
        Key = waiting.Fact.Reference,
        Headers = [],
        Body = FactJson.Write(waiting.Fact),
        AppendedAt = now,
        ReceivedAt = now,
        Gateway = waiting.Fact.Gateway,
        Account = waiting.Fact.Account,
        EventKey = waiting.EventKey,
    };

    private bool IsForgedDelivery(IncomingRecord record)
    {
        if (record.DeliveryId is null) return false;
        var name = new GatewayName(record.Gateway, record.Account, record.DeliveryId);
        if (state.Deliveries.TryGetValue(name, out var known)) return !record.BodyHash.Span.SequenceEqual(known);
        state.Deliveries.Add(name, record.BodyHash.ToArray());
        Draft.Deliveries.Add(name, record);
        return false;
    }

    private void Take(IncomingRecord record, IncomingEvent gatewayEvent)
    {
        var name = new GatewayName(record.Gateway, record.Account, gatewayEvent.Key);
        var isKnown = state.Claims.TryGetValue(name, out var known);
        var hash = isKnown ? known.ContentHash : Draft.Claims.TryGetValue(name, out var mine) ? mine.Event.ContentHash : (UInt128?)null;
        var reopens = isKnown && known.IsQuarantined && record.IsRedrive && hash == gatewayEvent.ContentHash
            && !Draft.Claims.ContainsKey(name);
        if (hash is not null && !reopens)
        {
            if (hash == gatewayEvent.ContentHash) Draft.Duplicates++;
            else
                Quarantine(record, gatewayEvent.Key,
                    new(QuarantineReasons.Conflict, $"Event {gatewayEvent.Key} is known with other contents."));
            return;
        }

        var claim = new Claim(record, gatewayEvent, reopens);
        Draft.Claims.Add(name, claim);
        if (gatewayEvent.Ignored) claim.Verdict = Verdicts.Ignored;
        else if (gatewayEvent.Facts.Count == 0) claim.Verdict = Verdicts.NoFacts;
        else Fold(claim);
    }

    private void Fold(Claim claim)
    {
        var fold = new EventFold(state, Draft, claim.Event.Key, claim.Record.TraceParent, now);
        var waiting = new List<Fact>();
        try
        {
            foreach (var fact in claim.Event.Facts)
                if (!fold.Take(fact)) waiting.Add(fact);
        }
        // The fold refuses what breaks its rules by throwing. The event is at fault, or our rule is: either way it is kept
        // as a dead letter, its neighbours go on, and it can be driven again after a correction.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            fold.Refuse(QuarantineReasons.Refused, exception.Message);
        }

        if (fold.Refusal is { } refusal)
        {
            claim.Verdict = Verdicts.Quarantined;
            Quarantine(claim.Record, claim.Event.Key, refusal);
            return;
        }
        claim.PaymentId = fold.FirstPaymentId;
        foreach (var fact in waiting) Park(claim, fact);
        Commit(fold);
    }

    private void Park(Claim claim, Fact fact)
    {
        var waiting = new WaitingFact(null, claim.Event.Key, fact, claim);
        claim.Verdict = Verdicts.Parked;
        claim.Waiting++;
        state.AddWaiting(waiting);
        Draft.NewWaiting.Add(waiting);
    }

    /// <summary>Takes an event's changes over, then folds whatever had waited for the names that it brought.</summary>
    private void Commit(EventFold fold)
    {
        fold.Commit();
        foreach (var alias in fold.NewAliases)
            if (state.Waiting.Remove(alias, out var facts))
                foreach (var waiting in facts) Settle(waiting, founds: false);
    }

    private void Resolve(WaitingFact waiting, string resolution, Guid? paymentId)
    {
        waiting.Resolution = resolution;
        waiting.PaymentId = paymentId;
        if (waiting.Id is not null) Draft.Resolved.Add(waiting);
        if (waiting.Claim is not { } claim) return;
        claim.PaymentId ??= paymentId;
        claim.Waiting--;
        if (claim.Waiting == 0) claim.Verdict = resolution == Verdicts.Quarantined ? Verdicts.Quarantined : Verdicts.Applied;
    }

    private void Quarantine(IncomingRecord record, string eventKey, Rejection rejection) =>
        Draft.DeadLetters.Add(new DeadLetterRow(record, eventKey, rejection));
}
