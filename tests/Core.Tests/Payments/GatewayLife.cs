using PaymentPipeline.Core.Payments;
using static PaymentPipeline.Core.Tests.Payments.Facts;

namespace PaymentPipeline.Core.Tests.Payments;

/// <summary>
/// A life as a gateway would tell it, made from a seed, and what it must come to: the amounts are counted here on the way,
/// by other means than the fold's.
/// </summary>
internal sealed class GatewayLife
{
    private readonly Random _random;
    private readonly List<Fact> _facts = [];
    private int _at;

    private GatewayLife(int seed) => _random = new Random(seed);

    public IReadOnlyList<Fact> InOrder => _facts;
    public long Captured { get; private set; }
    public long Refunded { get; private set; }
    public long RefundPending { get; private set; }
    public long Disputed { get; private set; }
    public long Fees { get; private set; }

    /// <summary>Attempts to pay, and captures, that came to nothing.</summary>
    public int Failures { get; private set; }

    /// <summary>What was captured before failures.</summary>
    public long CapturedGross { get; private set; }

    public static GatewayLife Of(int seed)
    {
        var life = new GatewayLife(seed);
        switch (seed % 3)
        {
            case 0:
                life.LiveAtStripe();
                break;
            case 1:
                life.LiveAtAdyen();
                break;
            default:
                life.LiveAtPayPal();
                break;
        }
        return life;
    }

    // Intents with totals; charges and refunds with ids besides; failed attempts before, and once after.
    private void LiveAtStripe()
    {
        var amount = _random.Next(100, 10_000);
        Add(Whole(FactKind.RequiresPaymentMethod, amount, ++_at));
        for (var attempt = _random.Next(3); attempt > 0; attempt--)
        {
            if (Happens(0.3))
                Add(Whole(FactKind.RequiresAction, amount, ++_at));
            if (Happens(0.2))
                Add(Whole(FactKind.Processing, amount, ++_at));
            Add(Fact(FactKind.Failed, $"ch_x{attempt}", amount, at: ++_at) with { PartId = null });
            Fail(FactKind.AttemptFailed, $"ch_x{attempt}", amount, _at);
            if (Happens(0.1))
                return;
        }
        if (Happens(0.3))
            Add(Whole(FactKind.RequiresAction, amount, ++_at));
        if (Happens(0.2))
            Add(Whole(FactKind.Processing, amount, ++_at));
        if (Happens(0.5))
            Add(Authorized(amount, "ch_1", ++_at));
        if (Happens(0.1))
        {
            // The intent, and where money was held its charge, too.
            Add(Fact(FactKind.Voided, "pi_1", amount, at: ++_at));
            if (Happens(0.5))
                Add(Fact(FactKind.Voided, "ch_1", amount, at: _at));
            return;
        }
        Captured = CapturedGross = Happens(0.2) ? amount / 2 : amount;
        Add(CapturedTotal(Captured, amount, ++_at));
        if (Happens(0.5))
            Add(Facts.Captured("ch_1", Captured, amount, _at));
        AddFee();
        RefundInParts(totals: true);
        DisputeSome();
    }

    // Modifications with ids of their own, no totals; captures that fail later.
    private void LiveAtAdyen()
    {
        var amount = _random.Next(100, 10_000);
        // A session takes several attempts, each with an id of its own; and one may be refused first and granted then.
        for (var attempt = _random.Next(3); attempt > 0; attempt--)
            Fail(FactKind.Failed, attempt == 1 ? "psp_1" : $"psp_x{attempt}", amount, ++_at);
        if (Happens(0.2))
            Add(Whole(FactKind.Processing, amount, ++_at));
        if (Happens(0.15))
        {
            // The payer never came back, and the offer ran out; or a cancellation met nothing that was held.
            if (Happens(0.5))
                Fail(FactKind.Failed, "offer_1", amount, ++_at);
            else
                Add(Fact(FactKind.Voided, "void_0", amount, at: ++_at));
            return;
        }
        Add(Authorized(amount, "psp_1", ++_at));
        for (var (part, left) = (1, (long)amount); part <= 3 && left > 0 && Happens(0.8); part++)
        {
            var taken = part == 3 ? left : _random.NextInt64(1, left + 1);
            left -= taken;
            CapturedGross += taken;
            Captured += taken;
            Add(Facts.Captured($"cap_{part}", taken, at: ++_at));
            if (!Happens(0.15))
                continue;
            Captured -= taken;
            Fail(FactKind.CaptureFailed, $"cap_{part}", taken, ++_at);
        }
        if (Happens(0.2))
            Fail(FactKind.CaptureRefused, "cap_no", amount, ++_at);
        if (Happens(0.2))
            Add(Fact(FactKind.Voided, "void_1", amount - CapturedGross, at: ++_at));
        RefundInParts(totals: false);
        DisputeSome();
    }

    // Orders, captures with ids and fees, refunds that carry the total too.
    private void LiveAtPayPal()
    {
        var amount = _random.Next(100, 10_000);
        Add(Whole(FactKind.RequiresAction, amount, ++_at));
        // Declined in an answer of the API, which nothing but that answer tells, and in a webhook about a capture that never was one.
        for (var attempt = _random.Next(3); attempt > 0; attempt--)
            Fail(Happens(0.5) ? FactKind.AttemptFailed : FactKind.Failed, $"try_{attempt}", amount, ++_at);
        if (Happens(0.1))
        {
            // The payer took the approval back, or we gave the order up.
            Add(Fact(FactKind.Voided, "order_1", amount, at: ++_at));
            if (Happens(0.5))
                Add(Whole(FactKind.RequiresAction, amount, ++_at));
            return;
        }
        if (Happens(0.4))
            Add(Authorized(amount, "auth_1", ++_at));
        if (Happens(0.2))
            Add(Whole(FactKind.Processing, amount, ++_at));
        if (Happens(0.1))
        {
            Fail(FactKind.Failed, "cap_1", amount, ++_at);
            return;
        }
        var first = Happens(0.3) ? _random.NextInt64(1, amount) : amount;
        foreach (var (part, taken) in new[] { first, amount - first }.Index().Where(part => part.Item > 0))
            Add(Facts.Captured($"cap_{part + 1}", taken, amount, ++_at));
        Captured = CapturedGross = amount;
        if (Happens(0.1))
        {
            // Reversed by the bank.
            Captured -= first;
            Fail(FactKind.CaptureFailed, "cap_1", first, ++_at);
        }
        AddFee();
        RefundInParts(totals: Captured == amount);
        DisputeSome();
    }

    private void RefundInParts(bool totals)
    {
        var ever = 0L;
        for (var part = 1; part <= 3 && Captured > Refunded + RefundPending && Happens(0.5); part++)
        {
            var amount = _random.NextInt64(1, Captured - Refunded - RefundPending + 1);
            var id = $"re_{part}";
            var pending = Happens(0.6);
            if (pending)
                Add(Fact(FactKind.RefundPending, id, amount, at: ++_at));
            if (pending && Happens(0.2))
            {
                RefundPending += amount;
                continue;
            }
            Add(Fact(FactKind.RefundSucceeded, id, amount, at: ++_at));
            ever += amount;

            // Totals fall when a refund fails, so that only totals from before the first failure name what ever was.
            if (totals && ever == Refunded + amount)
                Add(RefundedTotal(ever, _at));
            Refunded += amount;
            if (!Happens(0.2))
                continue;
            Add(Fact(FactKind.RefundFailed, id, amount, at: ++_at));
            Refunded -= amount;
        }
    }

    private void DisputeSome()
    {
        if (Captured == 0 || !Happens(0.3))
            return;
        var amount = _random.NextInt64(1, Captured + 1);
        Add(Fact(FactKind.DisputeOpened, "dp_1", amount, at: ++_at));
        if (Happens(0.2))
            return;
        Add(Fact(FactKind.DisputeFundsWithdrawn, "dp_1", amount, at: ++_at));
        Disputed = amount;
        if (Happens(0.5))
        {
            Add(Fact(FactKind.DisputeFundsReinstated, "dp_1", amount, at: ++_at));
            Add(Fact(FactKind.DisputeWon, "dp_1", amount, at: ++_at));
            Disputed = 0;
        }
        else
        {
            Add(Fact(FactKind.DisputeLost, "dp_1", amount, at: ++_at));
        }
    }

    private void AddFee()
    {
        if (!Happens(0.5))
            return;
        Fees = _random.Next(1, 50);
        Add(Fact(FactKind.Fee, "fee_1", Fees, at: _at));
    }

    private void Fail(FactKind kind, string id, long amount, int at)
    {
        Failures++;
        Add(Fact(kind, id, amount, at: at));
    }

    private bool Happens(double share) => _random.NextDouble() < share;

    private void Add(Fact fact) => _facts.Add(fact);
}
