using PaymentPipeline.Core;
using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Journal;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>
/// The facts of one event, folded on copies: <see cref="Commit"/> takes everything over at once, and an event that is
/// refused half-way leaves no trace in the batch.
/// </summary>
internal sealed class EventFold(BatchState state, BatchDraft draft, string? inboxKey, string? traceParent, DateTimeOffset now)
{
    private readonly Dictionary<PaymentEntry, Payment> _payments = [];
    private readonly Dictionary<PayoutEntry, Payout> _payouts = [];
    private readonly Dictionary<MethodEntry, PaymentMethod> _methods = [];
    private readonly Dictionary<GatewayName, PaymentEntry> _newAliases = [];
    private readonly Dictionary<GatewayName, PayoutEntry> _newPayouts = [];
    private readonly Dictionary<GatewayName, MethodEntry> _newMethods = [];
    private readonly List<Operation> _operations = [];
    private readonly List<TransitionRow> _transitions = [];
    private readonly List<MovementRow> _movements = [];
    private readonly List<OutboxRow> _events = [];
    private readonly List<(PaymentEntry Entry, Guid OperationId, string PartId)> _namedOperations = [];
    private readonly List<(PaymentEntry Entry, Guid OperationId)> _refusedCancels = [];

    /// <summary>Why the event cannot be taken; null while it can.</summary>
    public Rejection? Refusal { get; private set; }
    public Guid? FirstPaymentId { get; private set; }
    public IReadOnlyCollection<GatewayName> NewAliases => _newAliases.Keys;

    public void Refuse(string reason, string error) => Refusal ??= new Rejection(reason, error);

    /// <summary>Gives the payment the id that its gateway answered with.</summary>
    public void Name(PaymentEntry entry, string gatewayPaymentId)
    {
        var name = new GatewayName(entry.Payment.Gateway, entry.Payment.Account, gatewayPaymentId);
        if (!state.Payments.TryGetValue(name, out var known)) _newAliases.TryAdd(name, entry);
        else if (known != entry) Refuse(QuarantineReasons.TwoPayments, $"{gatewayPaymentId} is another payment's id.");
        _payments[entry] = entry.Payment with { GatewayPaymentId = gatewayPaymentId };
    }

    /// <summary>False when the fact must wait for its payment.</summary>
    public bool Take(Fact fact)
    {
        switch (fact.Kind)
        {
            case FactKind.PayoutPending or FactKind.PayoutPaid or FactKind.PayoutFailed:
                TakePayout(fact);
                return true;
            case FactKind.PaymentMethodAttached or FactKind.PaymentMethodUpdated or FactKind.PaymentMethodDetached:
                TakeMethod(fact);
                return true;
            default:
                return TakePayment(fact);
        }
    }

    public void Commit()
    {
        foreach (var (entry, operationId, partId) in _namedOperations)
        {
            entry.Holds.Name(operationId, partId);
            _payments.TryAdd(entry, entry.Payment);
        }
        foreach (var (entry, operationId) in _refusedCancels)
        {
            entry.Holds.RefuseCancel(operationId);
            _payments.TryAdd(entry, entry.Payment);
        }
        foreach (var (entry, payment) in _payments)
        {
            entry.Payment = payment;
            entry.IsChanged = true;
            entry.Holds.Judge(payment);
            draft.Payments.Add(entry);
        }
        foreach (var (entry, payout) in _payouts)
        {
            entry.Payout = payout;
            entry.IsChanged = true;
            draft.Payouts.Add(entry);
        }
        foreach (var (entry, method) in _methods)
        {
            entry.Method = method;
            entry.IsChanged = true;
            draft.Methods.Add(entry);
        }
        foreach (var (name, entry) in _newAliases)
        {
            state.Payments.Add(name, entry);
            draft.Aliases.Add(new AliasRow(name, entry.Payment.Id));
        }
        foreach (var (name, entry) in _newPayouts) state.Payouts.Add(name, entry);
        foreach (var (name, entry) in _newMethods) state.Methods.Add(name, entry);
        foreach (var operation in _operations)
            draft.Operations[(operation.PaymentId, operation.Kind, operation.GatewayReference)] = operation;
        draft.Transitions.AddRange(_transitions);
        draft.Movements.AddRange(_movements);
        draft.Outbox.AddRange(_events);
    }

    private bool TakePayment(Fact fact)
    {
        PaymentEntry? entry = null;
        foreach (var alias in fact.Aliases)
        {
            var name = new GatewayName(fact.Gateway, fact.Account, alias);
            if (!_newAliases.TryGetValue(name, out var found) && !state.Payments.TryGetValue(name, out found))
            {
                if (IsOurs(alias))
                {
                    Refuse(QuarantineReasons.ForeignPayment, $"Fact {fact.Key} names {alias}, which is no payment of this account.");
                    return true;
                }
                continue;
            }
            if (entry is not null && found != entry)
            {
                Refuse(QuarantineReasons.TwoPayments, $"Fact {fact.Key} names ids of two payments.");
                return true;
            }
            entry = found;
        }
        if (entry is null && !fact.FoundsPayment) return false;

        // Ids rise with our time of taking the payment in, so that the newest payments lie together on disk.
        entry ??= new PaymentEntry(Payment.New(Guid.CreateVersion7(now), fact, PaymentOrigin.External), isNew: true, Holds.None());
        foreach (var alias in fact.Aliases)
        {
            var name = new GatewayName(fact.Gateway, fact.Account, alias);
            if (!state.Payments.ContainsKey(name)) _newAliases.TryAdd(name, entry);
        }
        NameOperation(entry, fact);
        Fold(entry, fact);
        return true;
    }

    // A payment of our API is in the books before its gateway hears of it: an id of our form that is not there is another
    // installation's, another account's, or forged (H26).
    private static bool IsOurs(string alias) => Identifiers.TryParse(Identifiers.PaymentPrefix, alias, out _);

    // Gateways echo our id of the capture or refund that they were asked for; with it an unknown outcome finds its part.
    private void NameOperation(PaymentEntry entry, Fact fact)
    {
        if (entry.Holds.OpenOperations == 0 || fact.PartId is not { } partId) return;
        foreach (var alias in fact.Aliases)
            if (Identifiers.TryParse(Identifiers.CapturePrefix, alias, out var id)
                || Identifiers.TryParse(Identifiers.RefundPrefix, alias, out id))
                _namedOperations.Add((entry, id, partId));

            // A cancel that its gateway took on and then refused changes nothing of the payment: it is told by its name alone.
            else if (fact.Kind == FactKind.Noted && Identifiers.TryParse(Identifiers.OperationPrefix, alias, out id))
                _refusedCancels.Add((entry, id));
    }

    private void Fold(PaymentEntry entry, Fact fact)
    {
        var before = _payments.GetValueOrDefault(entry, entry.Payment);
        var result = PaymentFold.Apply(before, fact);
        if (result.Outcome == FoldOutcome.CurrencyMismatch)
        {
            Refuse(QuarantineReasons.CurrencyMismatch, $"Fact {fact.Key} is in {fact.Amount?.Currency}, its payment in {before.Currency}.");
            return;
        }
        if (before.Origin == PaymentOrigin.Api && result.Payment.Amount > before.Amount)
        {
            Refuse(QuarantineReasons.AmountMismatch,
                $"Fact {fact.Key} makes it {result.Payment.Amount}; the API asked for {before.Amount}.");
            return;
        }
        FirstPaymentId ??= before.Id;
        if (result.Outcome == FoldOutcome.AlreadyKnown && !entry.IsNew) return;

        _payments[entry] = result.Payment;
        _operations.AddRange(result.ChangedOperations);
        foreach (var transition in result.Transitions)
        {
            _transitions.Add(new TransitionRow(before.Id, transition, inboxKey));
            Tell(transition.Event, fact);
        }
        foreach (var movement in result.Journal) Add(movement, before.Gateway, before.Account);
    }

    private void Tell(OutgoingEvent told, Fact fact) => _events.Add(new OutboxRow(told, fact.Gateway, fact.Account, traceParent));

    private void TakePayout(Fact fact)
    {
        var name = new GatewayName(fact.Gateway, fact.Account, fact.Reference);
        if (!_newPayouts.TryGetValue(name, out var entry) && !state.Payouts.TryGetValue(name, out entry))
            _newPayouts.Add(name, entry = new PayoutEntry(PayoutFold.New(Guid.CreateVersion7(now), fact), isNew: true));
        var result = PayoutFold.Apply(_payouts.GetValueOrDefault(entry, entry.Payout), fact);
        if (!result.Changed && !entry.IsNew) return;
        _payouts[entry] = result.Payout;
        foreach (var told in result.Events) Tell(told, fact);
        foreach (var movement in result.Journal) Add(movement, fact.Gateway, fact.Account);
    }

    private void TakeMethod(Fact fact)
    {
        // Stripe's webhooks name the customer only. Who that is was written down before the method was attached (api).
        if (fact.UserId is { } owner && state.Users.TryGetValue(new(fact.Gateway, fact.Account, owner), out var user))
            fact = fact with { UserId = user };
        var name = new GatewayName(fact.Gateway, fact.Account, fact.Reference);
        if (!_newMethods.TryGetValue(name, out var entry) && !state.Methods.TryGetValue(name, out entry))
            _newMethods.Add(name, entry = new MethodEntry(PaymentMethodFold.New(Guid.CreateVersion7(now), fact), isNew: true));
        var result = PaymentMethodFold.Apply(_methods.GetValueOrDefault(entry, entry.Method), fact);
        if (!result.Changed && !entry.IsNew) return;
        _methods[entry] = result.Method;
        foreach (var told in result.Events) Tell(told, fact);
    }

    /// <summary>The journal keeps one row per movement: an entry of two lines with one amount (docs/decisions/0005).</summary>
    private void Add(JournalEntry entry, string gateway, string account)
    {
        if (entry.Postings is not [var first, var second] || first.Amount.AmountMinor == 0)
            throw new InvalidOperationException($"The {entry.Kind} entry of {entry.Cause} is not one movement between two accounts.");
        var (debit, credit) = first.Amount.AmountMinor > 0 ? (first, second) : (second, first);
        _movements.Add(new MovementRow(entry.Owner, entry.Kind.ToString(), entry.Cause, gateway, account,
            debit.Account.ToString(), credit.Account.ToString(), debit.Amount.AmountMinor, debit.Amount.Currency.Code, entry.OccurredAt));
    }
}
