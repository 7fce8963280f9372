using FsCheck;
using FsCheck.Fluent;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Core.Tests.Payments;

/// <summary>Any facts at all about one payment, however senseless together: few ids, so that they meet.</summary>
internal sealed record FactSoup(Fact[] Facts)
{
    private static readonly FactKind[] Kinds = [.. Enum.GetValues<FactKind>().Where(kind => kind < FactKind.PayoutPending)];

    private static Gen<Fact> OneFact { get; } =
        from kind in Gen.Elements(Kinds)
        from part in Gen.Elements("a", "b", "c")
        from amount in Gen.Elements(0L, 1, 2, 3, 5, 8)
        from whole in Gen.Elements(0L, 3, 5, 8)
        from at in Gen.Choose(0, 3)
        from total in Gen.Choose(0, 3)
        from named in Gen.Choose(0, 5)
        select Make(kind, part, amount, whole, at, total == 0, named);

    /// <summary>A soup, smaller ones first when a property fails.</summary>
    public static Arbitrary<FactSoup> Arbitrary { get; } = Arb.From(OneFact.ArrayOf().Select(facts => new FactSoup(facts)), Smaller);

    public override string ToString() =>
        string.Join("; ", Facts.Select(fact => $"{fact.Key} of {fact.PaymentAmount} at {fact.OccurredAt:ss} for {fact.OrderId}/{fact.UserId}"));

    // One key may be told with other names, another time and another whole amount, as an intent and its charge do; never with
    // another amount of its part.
    private static Fact Make(FactKind kind, string part, long amount, long whole, int at, bool total, int named)
    {
        var cumulative = total && kind is FactKind.Captured or FactKind.RefundSucceeded;
        var money = kind == FactKind.Fee && total ? Payments.Facts.Of(amount, "USD") : Payments.Facts.Euro(amount);
        return Payments.Facts.Fact(kind, part, amount, whole > 0 ? whole : null, at) with
        {
            Key = new FactKey($"{kind}{(cumulative ? "=" : "")}:{part}/{money}"),
            IsCumulative = cumulative,
            Amount = money,
            OrderId = named == 1 ? "order-" + part : null,
            UserId = named == 2 ? "user-" + part : null,
        };
    }

    private static IEnumerable<FactSoup> Smaller(FactSoup soup)
    {
        for (var left = 0; left < soup.Facts.Length; left++)
        {
            var without = left;
            yield return new FactSoup([.. soup.Facts.Where((_, index) => index != without)]);
        }
    }
}
