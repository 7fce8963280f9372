using PaymentPipeline.Core.Events;

namespace PaymentPipeline.Core.Payments;

/// <summary>
/// Facts about stored ways to pay, folded by the rules of <see cref="PaymentFold"/>: the newest card data stands, by the
/// gateway's time; removed is final. Added and removed are told once, updated for each update.
/// </summary>
public static class PaymentMethodFold
{
    public static PaymentMethod New(Guid id, Fact fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return new PaymentMethod
        {
            Id = id,
            Gateway = fact.Gateway,
            Account = fact.Account,
            GatewayToken = fact.Reference,
            UserId = fact.UserId,
        };
    }

    /// <exception cref="ArgumentException">Not a fact about a payment method.</exception>
    public static PaymentMethodFoldResult Apply(PaymentMethod method, Fact fact)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(fact);
        if (method.FactKeys.Contains(fact.Key.Value))
            return ToldAgain(method, fact);

        var type = TypeOf(method, fact);
        var isRemoved = method.IsRemoved || fact.Kind == FactKind.PaymentMethodDetached;
        var folded = WithCard(method, fact) with
        {
            UserId = method.UserId ?? fact.UserId,
            IsRemoved = isRemoved,
            IsDefault = method.IsDefault && !isRemoved,
            Version = method.Version + (type is null ? 0 : 1),
            FactKeys = [.. method.FactKeys, fact.Key.Value],
        };
        return new PaymentMethodFoldResult(true, folded, type is null ? [] : [PaymentMethodData.Event(type, folded, fact.OccurredAt)]);
    }

    /// <summary>The user's choice, not the gateway's: told by the method that became the default, or that was it when none is.</summary>
    /// <exception cref="ArgumentException">A method that is removed cannot become the default.</exception>
    public static PaymentMethodFoldResult Choose(PaymentMethod method, bool isDefault, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (isDefault && method.IsRemoved) throw new ArgumentException("A removed method cannot be the default.", nameof(method));
        if (method.IsDefault == isDefault) return new PaymentMethodFoldResult(false, method, []);
        var chosen = method with { IsDefault = isDefault, Version = method.Version + 1 };
        return new PaymentMethodFoldResult(
            true, chosen, [PaymentMethodData.Event(EventTypes.DefaultPaymentMethodChanged, chosen, at)]);
    }

    // The same thing may be told twice under one key, once with more than the other time: Adyen's older webhook names a token without
    // its user and card, which the reply to our call and the newer webhook know.
    private static PaymentMethodFoldResult ToldAgain(PaymentMethod method, Fact fact)
    {
        var folded = WithCard(method, fact);
        if (method.UserId is null && fact.UserId is not null)
            folded = folded with { UserId = fact.UserId };
        if (ReferenceEquals(folded, method))
            return new PaymentMethodFoldResult(false, method, []);
        if (folded.UserId == method.UserId && Text(folded) == Text(method))
            return new PaymentMethodFoldResult(true, folded, []);
        folded = folded with { Version = method.Version + 1 };
        return new PaymentMethodFoldResult(
            true, folded, [PaymentMethodData.Event(EventTypes.PaymentMethodUpdated, folded, fact.OccurredAt)]);
    }

    private static string? TypeOf(PaymentMethod method, Fact fact) => fact.Kind switch
    {
        FactKind.PaymentMethodAttached => HasFact(method, FactKind.PaymentMethodAttached) ? null : EventTypes.PaymentMethodAdded,
        FactKind.PaymentMethodUpdated => EventTypes.PaymentMethodUpdated,
        FactKind.PaymentMethodDetached => method.IsRemoved ? null : EventTypes.PaymentMethodRemoved,
        _ => throw new ArgumentException($"{fact.Kind} is not a fact about a payment method.", nameof(fact)),
    };

    // Every fact key begins with its kind (FactKey).
    private static bool HasFact(PaymentMethod method, FactKind kind)
    {
        var prefix = kind.ToString();
        foreach (var key in method.FactKeys)
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        return false;
    }

    // Card data is one picture, taken whole from the newest fact that has any; of two at the same time, the greater text. A fact that
    // knows no more than the brand (Adyen's webhooks) never takes the place of one that knows the card.
    private static PaymentMethod WithCard(PaymentMethod method, Fact fact)
    {
        var details = fact.Details;
        if (details is { Brand: null, Last4: null, ExpiryMonth: null, ExpiryYear: null })
            return method;
        var pictured = method with
        {
            Brand = details.Brand,
            Last4 = details.Last4,
            ExpiryMonth = details.ExpiryMonth,
            ExpiryYear = details.ExpiryYear,
            UpdatedAt = fact.OccurredAt,
        };
        var order = (pictured.Last4 is not null).CompareTo(method.Last4 is not null);
        if (order == 0)
            order = fact.OccurredAt.CompareTo(method.UpdatedAt);
        if (order == 0)
            order = string.CompareOrdinal(Text(pictured), Text(method));
        return order > 0 ? pictured : method;
    }

    private static string Text(PaymentMethod method) => $"{method.Brand}|{method.Last4}|{method.ExpiryYear}|{method.ExpiryMonth}";
}
