using PaymentPipeline.Storage;

namespace PaymentPipeline.Ops.Verify;

/// <summary>I10: the books say of every payment what its gateway says.</summary>
internal static class TruthInvariants
{
    public static InvariantResult Check(
        Truth? truth, IReadOnlyList<StoredPayment> payments, IReadOnlyList<StoredAlias> aliases, IReadOnlyList<StoredVersion> versions)
    {
        const string claim = "status, amounts and events of every payment are the gateway's";
        if (truth is null) return WebhookInvariants.NoTruth("I10", claim);
        var tally = new Tally("I10", claim);
        var byId = payments.ToDictionary(payment => payment.Id);
        var byAlias = aliases.ToDictionary(alias => (alias.Gateway, alias.Account, alias.Alias), alias => alias.PaymentId);
        var events = versions.GroupBy(version => version.PaymentId)
            .ToDictionary(group =>
                group.Key, group => group.GroupBy(version => version.EventType).ToDictionary(type => type.Key, type => type.Count()));
        foreach (var expected in truth.Payments())
        {
            if (!byAlias.TryGetValue((expected.Gateway, expected.Account, expected.GatewayPaymentId), out var id)
                || !byId.TryGetValue(id, out var stored))
            {
                tally.Require(false, () => $"{expected.Gateway} {expected.GatewayPaymentId} is not in the books");
                continue;
            }
            var (should, is_) = (Figures(expected), Figures(stored, events.GetValueOrDefault(id) ?? []));
            tally.Require(should == is_, () =>
                $"{expected.Gateway} {expected.GatewayPaymentId}: the gateway has {should}, the books have {is_}");
        }
        return tally.Result;
    }

    private static string Figures(TruePayment payment) =>
        $"{payment.Status} {payment.Currency} {payment.Authorized}/{payment.Captured}/{payment.Refunded}+{payment.RefundPending}/{payment.Disputed}/{payment.Fees} {Counts(payment.Events)}";

    private static string Figures(StoredPayment payment, IReadOnlyDictionary<string, int> events) =>
        $"{payment.Status} {payment.Currency} {payment.Authorized}/{payment.Captured}/{payment.Refunded}+{payment.RefundPending}/{payment.Disputed}/{payment.Fees} {Counts(events)}";

    private static string Counts(IReadOnlyDictionary<string, int> events) =>
        string.Join(' ', events.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value}"));
}
