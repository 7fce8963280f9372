using System.Text.Json;
using PaymentPipeline.Core.Events;
using PaymentPipeline.Core.Journal;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Tests.Payments;

/// <summary>A payment after some facts, with all that they did on the way.</summary>
internal sealed class Life
{
    private readonly List<FoldResult> _results = [];

    public Payment Payment { get; private set; } = Facts.NewPayment();

    public IReadOnlyList<FoldResult> Results => _results;

    public IEnumerable<Transition> Transitions => _results.SelectMany(result => result.Transitions);

    public IEnumerable<OutgoingEvent> Events => Transitions.Select(transition => transition.Event);

    public IEnumerable<JournalEntry> Journal => _results.SelectMany(result => result.Journal);

    public string[] EventTypes => [.. Events.Select(told => told.Type)];

    public static Life Of(params IEnumerable<Fact> facts)
    {
        var life = new Life();
        foreach (var fact in facts)
            life.Apply(fact);
        return life;
    }

    public FoldResult Apply(Fact fact)
    {
        var result = PaymentFold.Apply(Payment, fact);
        _results.Add(result);
        Payment = result.Payment;
        return result;
    }

    public long BalanceOf(Account account) =>
        Journal.SelectMany(entry => entry.Postings).Where(posting => posting.Account == account).Sum(posting => posting.Amount.AmountMinor);

    /// <summary>The balances of all accounts that moved, as text.</summary>
    public string Balances() => string.Join(
        ' ',
        from posting in Journal.SelectMany(entry => entry.Postings)
        group posting.Amount.AmountMinor by $"{posting.Account} {posting.Amount.Currency}" into account
        where account.Sum() != 0
        orderby account.Key
        select $"{account.Key}={account.Sum()}");

    /// <summary>The events told, as a set of type and subject: the part that the event is about, or the payment.</summary>
    public string Effects() => string.Join(
        '\n',
        _results.SelectMany(result => result.Transitions).Select(transition => $"{transition.Event.Type} {SubjectOf(transition)}").Order());

    public static JsonElement DataOf(OutgoingEvent told) => JsonDocument.Parse(told.Json).RootElement.GetProperty("data");

    // Failed attempts are told once per attempt, by whichever fact came first: the subject is the attempt, not the cause.
    private static string SubjectOf(Transition transition)
    {
        var data = DataOf(transition.Event);
        foreach (var part in new[] { "refund", "dispute" })
            if (data.TryGetProperty(part, out var element))
                return element.GetProperty("gatewayId").GetString()!;
        return transition.Event.Type is Core.Events.EventTypes.PaymentCaptured or Core.Events.EventTypes.PaymentRequiresAction
            ? transition.Cause.Value
            : "";
    }
}
