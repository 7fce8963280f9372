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
        from details in Details
        select Make(kind, part, amount, whole, at, total == 0, named) with { Details = details };

    // Half of the facts have none, as in life; the others any mixture, so that members meet and miss each other.
    private static Gen<FactDetails> Details { get; } =
        from any in Gen.Choose(0, 1)
        from avs in Gen.Elements(null, "pass", "fail")
        from cvv in Gen.Elements(null, "M", "N\0")
        from level in Gen.Elements(null, "low", "high")
        from score in Gen.Elements<int?>(null, 0, 70)
        from code in Gen.Elements(null, "card_declined", "insufficient_funds")
        from gatewayCode in Gen.Elements(null, "x", "y")
        from message in Gen.Elements(null, "Declined.", "Ask payer@shop.example.")
        from advice in Gen.Elements(null, "03")
        select any == 0 ? FactDetails.None : new FactDetails
        {
            AvsResult = avs, CvvResult = cvv, RiskLevel = level, RiskScore = score, FailureClass = code, FailureCode = gatewayCode,
            Message = message, AdviceCode = advice,
        };

    /// <summary>A soup, smaller ones first when a property fails.</summary>
    public static Arbitrary<FactSoup> Arbitrary { get; } = Arb.From(OneFact.ArrayOf().Select(facts => new FactSoup(facts)), Smaller);

    public override string ToString() => string.Join("; ", Facts.Select(fact =>
        $"{fact.Key} of {fact.PaymentAmount} at {fact.OccurredAt:ss} for {fact.OrderId}/{fact.UserId} with {fact.Details}"));

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
