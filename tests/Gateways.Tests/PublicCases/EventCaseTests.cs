using PaymentPipeline.Core.Payments;
using Xunit;
using Xunit.Abstractions;

namespace PaymentPipeline.Gateways.Tests.PublicCases;

public sealed class EventCaseTests(ITestOutputHelper output)
{
    private static readonly Lazy<Dictionary<string, EventCase>> All = new(() =>
        CasesFolder.Read("events", "index.*.json", "events", "file")
            .ToDictionary(found => found.Name, found => new EventCase(found.Entry)));

    public static TheoryData<string> Names => [.. All.Value.Keys];

    [CasesTheory("public events: verdict and dedupe key")]
    [MemberData(nameof(Names))]
    public async Task A_public_event_is_authentic_and_has_its_dedupe_key(string name)
    {
        var expected = All.Value[name];

        var verdict = await expected.VerifyAsync();

        Assert.Equal(WebhookVerdictKind.Authentic, verdict.Kind);
        Assert.Equal(expected.Events[0].Key, verdict.EventKey);
        Assert.Contains(expected.DedupeKey, expected.Events.Select(found => found.Key));
        Assert.Equal(expected.Items, expected.Events.Length);
        Assert.Equal(expected.Type, expected.Event.Type);
        Assert.False(expected.Event.Ignored);
        if (expected.PaymentReference is { } reference && expected.Event.Facts.Count == 0)
            Assert.Equal(reference, verdict.PartitionKey);
    }

    [CasesTheory("public events: payment, amount, currency")]
    [MemberData(nameof(Names))]
    public void A_public_event_names_its_payment_amount_and_currency(string name)
    {
        var expected = All.Value[name];
        var facts = expected.Event.Facts;
        if (facts.Count == 0) return;

        if (expected.PaymentReference is { } reference) Assert.Contains(facts, fact => fact.Reference == reference);
        var spoken = facts.Select(fact => fact.Amount?.Currency).FirstOrDefault(currency => currency is not null);
        if (expected.Amount(spoken) is { } amount)
            Assert.Contains(facts, fact => fact.Amount == amount || fact.PaymentAmount == amount);
    }

    [CasesTheory("public events: state")]
    [MemberData(nameof(Names))]
    public void A_public_event_gives_its_state(string name)
    {
        var expected = All.Value[name];
        var facts = expected.Event.Facts;
        switch (expected.State)
        {
            case "PAYMENT_METHOD_ATTACHED":
                Assert.Contains(facts, fact => fact.Kind == FactKind.PaymentMethodAttached);
                break;
            case "PAYMENT_METHOD_UPDATED":
                Assert.Contains(facts, fact => fact.Kind == FactKind.PaymentMethodUpdated);
                break;
            case "PAYMENT_METHOD_DETACHED":
                Assert.Contains(facts, fact => fact.Kind == FactKind.PaymentMethodDetached);
                break;
            case "PAYOUT_PAID":
                Assert.Contains(facts, fact => fact.Kind == FactKind.PayoutPaid);
                break;
            case "FRAUD_WARNING":
                Assert.Contains(facts, fact => fact.Kind == FactKind.FraudWarning);
                break;
            case "SETUP_SUCCEEDED" or "REPORT_AVAILABLE":
                // Told by the event alone: it is about no payment.
                Assert.All(facts, fact => Assert.Equal(FactKind.Noted, fact.Kind));
                break;
            default:
                AssertState(expected, facts);
                break;
        }
    }

    [CasesFact("count of the public events")]
    public void The_public_events_are_counted()
    {
        var counts = All.Value.Values.CountBy(found => found.Gateway).OrderBy(count => count.Key);
        var line = $"Public events: {All.Value.Count} ({string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"))})";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.NotEmpty(All.Value);
    }

    /// <summary>
    /// The index means the state after the event alone; where the event tells only a part of it (the second of two refunds),
    /// after what the folder tells of the same payment before it.
    /// </summary>
    private static void AssertState(EventCase expected, IReadOnlyList<Fact> facts)
    {
        Assert.NotEmpty(facts);
        var alone = StateAfter([], facts, expected.State);
        if (alone == expected.State) return;
        Assert.Equal(expected.State, StateAfter(Earlier(expected), facts, expected.State));
    }

    private static string StateAfter(IReadOnlyList<Fact> earlier, IReadOnlyList<Fact> facts, string expectedState)
    {
        var (status, operations) = PresupposedPayment.After(earlier, facts, expectedState);
        if (expectedState != "DISPUTED") return status;
        var open = operations.Any(operation => operation is { Kind: OperationKind.Dispute, Status: not OperationStatus.Won });
        return open ? "DISPUTED" : status;
    }

    private static List<Fact> Earlier(EventCase expected)
    {
        var names = expected.Event.Facts.SelectMany(fact => fact.Aliases).ToHashSet(StringComparer.Ordinal);
        var earlier = new List<Fact>();
        foreach (var other in All.Value.Values.TakeWhile(other => other != expected).Where(other => other.Gateway == expected.Gateway))
            foreach (var fact in other.Events.SelectMany(found => found.Facts).Where(fact => fact.Kind < FactKind.PayoutPending))
                if (fact.Aliases.Any(names.Contains)) earlier.Add(fact);
        return earlier;
    }
}
