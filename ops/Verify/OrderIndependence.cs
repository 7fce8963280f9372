using PaymentPipeline.Core.Payments;
using PaymentPipeline.EventLog;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Verify;

/// <summary>
/// I9: collects the facts of a sample of payments from the log, folds them in 20 shuffled orders, each fact told twice, and
/// compares with what is stored. A payment of our API was also told by the gateway's replies, an old one by webhooks that the log has
/// dropped: there, what the log tells must be known to the stored payment already.
/// </summary>
internal sealed class OrderIndependence
{
    private const int SampleSize = 500;
    private const int Shuffles = 20;

    private readonly Dictionary<Guid, StoredPayment> _sample = [];
    private readonly Dictionary<(string Gateway, string Account, string Alias), Guid> _aliases = [];
    private readonly Dictionary<Guid, List<Fact>> _facts = [];

    // Told by others than the log as it is kept, too.
    private readonly Dictionary<Guid, Payment> _toldBefore = [];

    private OrderIndependence()
    {
    }

    /// <summary>To be drawn before the webhooks are read, of those payments that they may tell of.</summary>
    /// <param name="ranges">Of the webhook topics.</param>
    public static async Task<OrderIndependence> DrawAsync(
        BooksReader books, IReadOnlyDictionary<TopicPartition, OffsetRange> ranges, CancellationToken cancellationToken)
    {
        var orders = new OrderIndependence();
        var records = ranges.Values.Sum(range => range.Next - range.First);
        foreach (var payment in await books.SampleAsync(records, SampleSize, cancellationToken)) orders._sample[payment.Id] = payment;
        Guid[] ids = [.. orders._sample.Keys];
        foreach (var alias in await books.AliasesAsync(ids, cancellationToken))
            orders._aliases[(alias.Gateway, alias.Account, alias.Alias)] = alias.PaymentId;
        var before = await books.ToldBeforeAsync(
            ids, [.. ranges.Select(range => (range.Key.Topic, range.Key.Number, range.Value.First))], cancellationToken);
        foreach (var payment in before) orders._toldBefore[payment.Id] = payment;
        return orders;
    }

    /// <param name="isApplied">The processors had finished with the webhook before the books were read.</param>
    public void Collect(IEnumerable<Fact> facts, bool isApplied)
    {
        foreach (var fact in facts)
        {
            if (fact.Kind >= FactKind.PayoutPending) continue;
            foreach (var alias in fact.Aliases)
            {
                if (!_aliases.TryGetValue((fact.Gateway, fact.Account, alias), out var payment)) continue;
                if (!isApplied && _toldBefore.ContainsKey(payment)) break;
                if (!_facts.TryGetValue(payment, out var known)) _facts[payment] = known = [];
                known.Add(fact);
                break;
            }
        }
    }

    public InvariantResult Check()
    {
        var tally = new Tally("I9", $"{Shuffles} shuffled orders, each fact twice, give the stored payment");
        foreach (var (id, facts) in _facts)
        {
            if (_toldBefore.TryGetValue(id, out var told))
            {
                foreach (var fact in facts)
                    tally.Require(PaymentFold.Apply(told, fact).Outcome != FoldOutcome.Applied, () => $"{id}: {fact.Key} is not in it");
                continue;
            }
            // The seed is the payment, so that a failure can be repeated.
            var random = new Random(id.GetHashCode());
            var stored = Figures(_sample[id]);
            for (var shuffle = 0; shuffle < Shuffles; shuffle++)
            {
                Fact[] order = [.. facts, .. facts];
                random.Shuffle(order);
                var folded = Figures(Fold(id, order));
                tally.Require(folded == stored, () => $"{id}: stored {stored}, folded {folded}");
            }
        }
        return tally.Result;
    }

    private static Payment Fold(Guid id, Fact[] facts)
    {
        var payment = Payment.New(id, facts[0], PaymentOrigin.External);
        foreach (var fact in facts) payment = PaymentFold.Apply(payment, fact).Payment;
        return payment;
    }

    private static string Figures(StoredPayment payment) =>
        $"{payment.Status} v{payment.Version} {payment.Authorized}/{payment.Captured}/{payment.Refunded}+{payment.RefundPending}/{payment.Disputed}/{payment.Fees}";

    private static string Figures(Payment payment) =>
        $"{PaymentStatusNames.Of(payment.Status)} v{payment.Version} {payment.AmountAuthorized}/{payment.AmountCaptured}/{payment.AmountRefunded}+{payment.AmountRefundPending}/{payment.AmountDisputed}/{payment.Fees}";
}
