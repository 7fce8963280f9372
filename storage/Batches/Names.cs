using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Every name in a batch, each once.</summary>
internal sealed class Names
{
    public HashSet<GatewayName> Claims { get; } = [];
    public HashSet<GatewayName> Deliveries { get; } = [];
    public HashSet<GatewayName> Aliases { get; } = [];
    public HashSet<GatewayName> Payouts { get; } = [];
    public HashSet<GatewayName> Methods { get; } = [];

    /// <summary>Whom methods are said to belong to: users of ours, or the gateway's customers.</summary>
    public HashSet<GatewayName> Owners { get; } = [];

    public static Names Of(IReadOnlyList<IncomingRecord> records)
    {
        var names = new Names();
        foreach (var record in records)
        {
            if (record.DeliveryId is not null) names.Deliveries.Add(new(record.Gateway, record.Account, record.DeliveryId));
            foreach (var gatewayEvent in record.Events)
            {
                names.Claims.Add(new(record.Gateway, record.Account, gatewayEvent.Key));
                foreach (var fact in gatewayEvent.Facts) names.Add(fact);
            }
        }
        return names;
    }

    public static Names Of(IReadOnlyList<Fact> facts)
    {
        var names = new Names();
        foreach (var fact in facts) names.Add(fact);
        return names;
    }

    private void Add(Fact fact)
    {
        switch (fact.Kind)
        {
            case FactKind.PayoutPending or FactKind.PayoutPaid or FactKind.PayoutFailed:
                Payouts.Add(new(fact.Gateway, fact.Account, fact.Reference));
                break;
            case FactKind.PaymentMethodAttached or FactKind.PaymentMethodUpdated or FactKind.PaymentMethodDetached:
                Methods.Add(new(fact.Gateway, fact.Account, fact.Reference));
                if (fact.UserId is { } owner) Owners.Add(new(fact.Gateway, fact.Account, owner));
                break;
            default:
                foreach (var alias in fact.Aliases) Aliases.Add(new(fact.Gateway, fact.Account, alias));
                break;
        }
    }
}
