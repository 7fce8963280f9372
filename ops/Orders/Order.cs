namespace PaymentPipeline.Ops.Orders;

/// <summary>What becomes of an order: what the order service asks of the API for it, one step after the other.</summary>
internal enum OrderKind
{
    /// <summary>Paid at once.</summary>
    Paid,

    /// <summary>The money is held, and taken when the goods leave.</summary>
    TakenLater,

    /// <summary>Held, and taken in two parts.</summary>
    TakenInParts,
    Canceled,
    Refunded,
    PartlyRefunded,
    Declined,

    /// <summary>The payer has to act on a page: 3-D Secure, or PayPal's approval.</summary>
    Approved,

    /// <summary>By a way to pay that the user has stored.</summary>
    ByStoredMethod,
}

/// <param name="Amount">Minor units.</param>
/// <param name="IsSentTwice">Each request goes out twice at the same time, under one key.</param>
internal sealed record Order(string Id, string Gateway, OrderKind Kind, long Amount, string Currency, bool IsSentTwice)
{
    /// <summary>What is taken first, or given back, of an order that has parts.</summary>
    public long Part => Amount * 3 / 5;

    public bool IsHeldFirst => Kind is OrderKind.TakenLater or OrderKind.TakenInParts or OrderKind.Canceled;

    public OrderEnd End => Kind switch
    {
        OrderKind.Canceled => new("CANCELED", 0, 0),
        OrderKind.Refunded => new("REFUNDED", Amount, Amount),
        OrderKind.PartlyRefunded => new("PARTIALLY_REFUNDED", Amount, Part),

        // At Stripe the payer may try again with another card; at the others a declined payment is over.
        OrderKind.Declined => new(Gateway == "stripe" ? "REQUIRES_PAYMENT_METHOD" : "FAILED", 0, 0),
        _ => new("SUCCEEDED", Amount, 0),
    };
}

/// <summary>How an order's payment stands when all is done. Amounts are minor units.</summary>
internal sealed record OrderEnd(string Status, long Captured, long Refunded)
{
    public override string ToString() => $"{Status}, {Captured} captured, {Refunded} refunded";
}

/// <summary>Orders of every kind at every gateway in turn; the same seed makes the same ones.</summary>
internal static class OrderPlan
{
    private const int SentTwiceEvery = 4;
    private static readonly OrderKind[] kinds = Enum.GetValues<OrderKind>();
    private static readonly string[] currencies = ["EUR", "EUR", "USD", "GBP", "JPY"];

    /// <param name="run">Part of every order's id, so that a run's idempotency keys are its own.</param>
    public static IReadOnlyList<Order> Of(string run, int seed, int count, IReadOnlyList<string> gateways)
    {
        var random = new Random(seed);
        var orders = Enumerable.Range(0, count).Select(number => new Order(
            $"order-{run}-{number + 1}", gateways[number % gateways.Count], kinds[number / gateways.Count % kinds.Length],
            random.Next(100, 50_000), currencies[random.Next(currencies.Length)], random.Next(SentTwiceEvery) == 0)).ToArray();
        random.Shuffle(orders);
        return orders;
    }
}
