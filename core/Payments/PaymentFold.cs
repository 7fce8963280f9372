namespace PaymentPipeline.Core.Payments;

/// <summary>Facts change a payment through this function only, whether a webhook or an API reply told them.</summary>
public static class PaymentFold
{
    public static FoldResult Apply(Payment payment, Fact fact) => throw new NotSupportedException();
}
