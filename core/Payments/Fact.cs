namespace PaymentPipeline.Core.Payments;

/// <summary>
/// One thing that a gateway says has happened, read from a webhook or from an API reply by the same reader.
/// Facts are immutable and carry everything that the fold needs: it has no other input.
/// </summary>
public sealed record Fact
{
    /// <summary>The gateway's name in lower case: "stripe".</summary>
    public required string Gateway { get; init; }

    /// <summary>Our name of the account at the gateway: "default" unless the shop has several.</summary>
    public required string Account { get; init; }

    public required FactKind Kind { get; init; }

    /// <summary>
    /// Names the thing itself, not its delivery: the same capture told twice under two event ids, by webhook and by
    /// API reply, has one key. Unique within its payment; kept for ever. Made by <see cref="FactKey"/>.
    /// </summary>
    public required FactKey Key { get; init; }

    /// <summary>
    /// The gateway's id of what the fact is about: of the payment (payment intent, order, original pspReference), of
    /// the payout, or of the stored payment method.
    /// </summary>
    public required string Reference { get; init; }

    /// <summary>Every id by which the gateway names the same payment in this fact, <see cref="Reference"/> included.</summary>
    public required IReadOnlyList<string> Aliases { get; init; }

    /// <summary>
    /// True when the fact may found a payment that we do not know yet. False for facts about a part (a refund, a
    /// dispute, a modification): they wait, parked, until their payment appears or a deadline passes.
    /// </summary>
    public required bool FoundsPayment { get; init; }

    /// <summary>The gateway's time of the thing; never the time of receipt.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The id of the capture, refund, dispute, fee or attempt; null where the thing has none.</summary>
    public string? PartId { get; init; }

    /// <summary>The amount of the thing. Null where it has none.</summary>
    public Money? Amount { get; init; }

    /// <summary>
    /// True when <see cref="Amount"/> is the total so far (Stripe's <c>amount_received</c>, <c>amount_refunded</c>)
    /// and not the amount of one part. Totals and parts never add up: see <see cref="PaymentFold"/>.
    /// </summary>
    public bool IsCumulative { get; init; }

    /// <summary>The whole amount of the payment, as authorised or asked for, where the fact names it.</summary>
    public Money? PaymentAmount { get; init; }

    /// <summary>Our order id, as the shop gave it to the gateway (metadata.order_id, merchantReference, custom_id).</summary>
    public string? OrderId { get; init; }

    /// <summary>Our user id, as the shop gave it to the gateway (metadata.user_id, shopperReference).</summary>
    public string? UserId { get; init; }

    public FactDetails Details { get; init; } = FactDetails.None;
}

/// <summary>
/// What else the gateway said. Kept and shown, never decided on by the fold, except where a member says so.
/// Holds no personal data and no card number.
/// </summary>
public sealed record FactDetails
{
    public static FactDetails None { get; } = new();

    /// <summary>
    /// Why it failed, in our closed set of words (<c>docs/errors.md</c>): <c>insufficient_funds</c>. An attempt to pay that has one is
    /// remembered as <see cref="PaymentFailure"/>.
    /// </summary>
    public string? FailureClass { get; init; }

    /// <summary>Why it failed, the gateway's word: <c>card_declined</c>, at Adyen the number of the refusal reason.</summary>
    public string? FailureCode { get; init; }

    /// <summary>The issuer's word: <c>insufficient_funds</c>.</summary>
    public string? DeclineCode { get; init; }

    /// <summary>The card network's own code for the decline, as the gateway passes it on: <c>51</c>.</summary>
    public string? NetworkCode { get; init; }

    /// <summary>What the gateway or the network advises to do next: <c>try_again_later</c>, <c>03</c>.</summary>
    public string? AdviceCode { get; init; }

    /// <summary>The gateway's sentence for the merchant.</summary>
    public string? Message { get; init; }

    /// <summary>Why it was done: refund, dispute or cancellation reason.</summary>
    public string? Reason { get; init; }

    /// <summary>What the payer must do: <c>redirect_to_url</c>, <c>use_stripe_sdk</c>.</summary>
    public string? NextActionType { get; init; }

    public string? AvsResult { get; init; }
    public string? CvvResult { get; init; }
    public string? RiskLevel { get; init; }
    public int? RiskScore { get; init; }

    /// <summary>For payment methods: <c>visa</c>.</summary>
    public string? Brand { get; init; }
    public string? Last4 { get; init; }
    public int? ExpiryMonth { get; init; }
    public int? ExpiryYear { get; init; }

    /// <summary>For payouts: when the money arrives.</summary>
    public DateTimeOffset? ArrivesAt { get; init; }
}

/// <summary>The name of a thing that happened; see <see cref="Fact.Key"/>.</summary>
public readonly record struct FactKey(string Value)
{
    /// <summary>A thing with an id of its own: <c>RefundSucceeded:re_123</c>.</summary>
    public static FactKey Of(FactKind kind, string id) => new($"{kind}:{id}");

    /// <summary>A total: the figure itself is the name, so that the same total told by two events is one fact.</summary>
    public static FactKey Total(FactKind kind, long amountMinor) => new($"{kind}=:{amountMinor}");

    public override string ToString() => Value;
}
