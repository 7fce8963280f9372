using FsCheck;
using FsCheck.Fluent;
using PaymentPipeline.Core.Journal;
using PaymentPipeline.Core.Payments;
using Xunit;

namespace PaymentPipeline.Core.Tests.Payments;

/// <summary>What holds for every set of facts. A failure prints the facts and the seed that made them.</summary>
public sealed class PaymentFoldProperties
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Fact]
    public void I9_any_order_and_repetition_of_any_facts_gives_the_same_payment_journal_and_effects() =>
        ForAllSoups((soup, seed) => Assert.Equal(Digest(Life.Of(soup)), Digest(Life.Of(Shuffled(soup, seed)))));

    [Fact]
    public void I9_any_order_and_repetition_of_a_gateways_life_comes_to_what_happened() => ForAllLives((life, facts) =>
    {
        var payment = facts.Payment;

        Assert.Equal(
            (life.Captured, life.Refunded, life.RefundPending, life.Disputed, life.Fees),
            (payment.AmountCaptured, payment.AmountRefunded, payment.AmountRefundPending, payment.AmountDisputed, payment.Fees));
        Assert.Equal(Digest(Life.Of(life.InOrder)), Digest(facts));
        Assert.Equal(
            life.Captured - life.Refunded - life.Disputed - life.Fees,
            facts.BalanceOf(Account.GatewayBalance));
    });

    /// <summary>Whoever keeps orders from the events alone must end where the payment ends.</summary>
    [Fact]
    public void The_newest_event_of_a_gateways_life_says_how_the_payment_stands() => ForAllLives((_, facts) =>
    {
        if (facts.Transitions.LastOrDefault() is { } newest) Assert.Equal(facts.Payment.Status, newest.To);
    });

    [Fact]
    public void Each_failure_of_a_gateways_life_is_told_once() => ForAllLives((life, facts) =>
        Assert.Equal(life.Failures, facts.Events.Count(told => told.Type == "PaymentFailed")));

    [Fact]
    public void I11_the_journal_balances_and_books_each_cause_once() => ForAllSoups((soup, _) =>
    {
        var life = Life.Of(soup);

        Assert.Equal(0, life.Journal.SelectMany(entry => entry.Postings).Sum(posting => posting.Amount.AmountMinor));
        Assert.Distinct(life.Journal.Select(entry => (entry.Cause, entry.Kind)));
        Assert.Equal(-(life.Payment.AmountCaptured - life.Payment.AmountRefunded), life.BalanceOf(Account.Sales));
        Assert.Equal(life.Payment.AmountDisputed, life.BalanceOf(Account.Chargebacks));
        Assert.Equal(life.Payment.Fees, life.BalanceOf(Account.GatewayFees));
    });

    [Fact]
    public void I13_amounts_stay_within_each_other_at_every_version() => ForAllSoups((soup, _) =>
    {
        foreach (var payment in Life.Of(soup).Results.Select(result => result.Payment))
        {
            Assert.True(payment.AmountRefunded >= 0 && payment.AmountRefundPending >= 0 && payment.AmountDisputed >= 0);
            Assert.True(payment.AmountRefunded + payment.AmountRefundPending <= payment.AmountCaptured);
            Assert.True(payment.AmountCaptured <= payment.AmountAuthorized);
            Assert.True(payment.AmountAuthorized <= payment.Amount);
        }
    });

    [Fact]
    public void I8_versions_rise_by_one_and_events_have_no_gap() => ForAllSoups((soup, _) =>
    {
        var life = Life.Of(soup);

        Assert.Equal(Enumerable.Range(1, life.Payment.Version), life.Transitions.Select(transition => transition.Version));
        Assert.Equal(Enumerable.Range(1, life.Payment.Version), life.Events.Select(told => told.Sequence));
        Assert.Distinct(life.Events.Select(told => told.Id));
    });

    [Fact]
    public void I8_every_move_of_the_status_is_in_the_table()
    {
        var seen = new HashSet<(PaymentStatus, PaymentStatus)>();
        ForAllSoups((soup, _) =>
        {
            foreach (var transition in Life.Of(soup).Transitions)
            {
                seen.Add((transition.From, transition.To));
                Assert.True(PaymentStatusMoves.IsAllowed(transition.From, transition.To), $"{transition.From} to {transition.To}");
            }
        });

        Assert.True(seen.Count > 30, $"Only {seen.Count} moves were tried.");
    }

    [Fact]
    public void What_happens_once_is_told_once() => ForAllSoups((soup, _) =>
    {
        var once = Life.Of(soup).Effects().Split('\n').Where(effect =>
            !effect.StartsWith("PaymentFailed", StringComparison.Ordinal) && effect.Length > 0);

        Assert.Distinct(once);
    });

    [Fact]
    public void No_status_goes_backwards_but_by_facts_that_undo() => ForAllSoups((soup, _) =>
    {
        var before = Facts.NewPayment();
        var failed = new HashSet<string?>();
        foreach (var fact in soup)
        {
            if (fact.Kind is FactKind.CaptureFailed or FactKind.RefundFailed)
                failed.Add(fact.PartId);
            var after = PaymentFold.Apply(before, fact).Payment;
            var mayFall = failed.Contains(fact.PartId) || MayFall(before, after);
            Assert.True(Rank(after.Status) >= Rank(before.Status) || mayFall, $"{before.Status} to {after.Status} by {fact.Key}");
            before = after;
        }
    });

    [Fact]
    public void A_late_failure_leaves_all_money_and_its_status() => ForAllSoups((soup, seed) =>
    {
        var life = Life.Of(soup);
        var before = life.Payment;
        if (before.AmountCaptured == 0)
            return;

        FactKind[] kinds = [FactKind.Failed, FactKind.AttemptFailed, FactKind.CaptureRefused, FactKind.Voided, FactKind.Processing];
        foreach (var kind in kinds)
            life.Apply(Facts.Fact(kind, $"late_{seed}", 1, at: 999));

        Assert.Equal(before.Status, life.Payment.Status);
        Assert.Equal((before.AmountCaptured, before.AmountRefunded), (life.Payment.AmountCaptured, life.Payment.AmountRefunded));
    });

    [Fact]
    public void Capture_events_add_up_to_what_was_captured_before_failures() => ForAllLives((life, facts) =>
    {
        var told = facts.Events.Where(told => told.Type == "PaymentCaptured").Select(Life.DataOf);

        Assert.Equal(life.CapturedGross, told.Sum(data => data.GetProperty("capture").GetProperty("amount").GetInt64()));
    });

    [Fact]
    public void The_memory_survives_its_JSON_at_every_step() => ForAllSoups((soup, _) =>
    {
        var stored = Facts.NewPayment();
        foreach (var fact in soup)
            stored = PaymentFold.Apply(stored with { Memory = FoldMemory.FromJson(stored.Memory.ToJson()) }, fact).Payment;

        Assert.Equal(Life.Of(soup).Payment.Memory.ToJson(), stored.Memory.ToJson());
    });

    private static void ForAllSoups(Action<Fact[], int> holds) =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(FactSoup.Arbitrary, Seeds, (soup, seed) => holds(soup.Facts, seed)));

    private static void ForAllLives(Action<GatewayLife, Life> holds) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Seeds, seed =>
        {
            var life = GatewayLife.Of(seed);
            holds(life, Life.Of(Shuffled(life.InOrder, seed)));
        }));

    // Every fact at least once, some up to three times, in any order.
    private static Fact[] Shuffled(IReadOnlyList<Fact> facts, int seed)
    {
        var random = new Random(seed);
        var repeated = facts.SelectMany(fact => Enumerable.Repeat(fact, random.Next(1, 4))).ToArray();
        random.Shuffle(repeated);
        return repeated;
    }

    private static string Digest(Life life)
    {
        var payment = life.Payment;
        return string.Join(
            '\n',
            $"{payment.Status} v{payment.Version} {payment.Currency} order={payment.OrderId} user={payment.UserId}",
            $"{payment.Amount} {payment.AmountAuthorized} {payment.AmountCaptured} {payment.AmountRefunded} {payment.AmountRefundPending}",
            $"{payment.AmountDisputed} {payment.Fees}",
            life.Balances(),
            life.Effects(),
            $"{payment.Checks} {payment.Failure}",
            System.Text.Encoding.UTF8.GetString(payment.Memory.ToJson()));
    }

    // Words before money may follow each other in any order: the newest counts.
    private static int Rank(PaymentStatus status) => status switch
    {
        PaymentStatus.Authorized => 1,
        PaymentStatus.Canceled => 2,
        PaymentStatus.PartiallyCaptured => 3,
        PaymentStatus.Succeeded => 4,
        PaymentStatus.PartiallyRefunded => 5,
        PaymentStatus.Refunded => 6,
        _ => 0,
    };

    // Besides what undoes a part, which may be the failure itself or a larger amount told of a part that failed.
    private static bool MayFall(Payment before, Payment after) =>

        // SUCCEEDED without a capture was inferred from a refund or dispute; what is told then counts.
        (before.Status == PaymentStatus.Succeeded && before.AmountCaptured == 0)

        // More was captured than was known when all of it was refunded.
        || (before.Status == PaymentStatus.Refunded && after.AmountCaptured > before.AmountCaptured);
}
