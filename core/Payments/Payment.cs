namespace PaymentPipeline.Core.Payments;

/// <summary>Who made the payment: our API, or somebody at the gateway directly.</summary>
public enum PaymentOrigin { External, Api }

/// <summary>
/// A payment as the facts known so far make it. Immutable: <see cref="PaymentFold"/> makes the next one. Every figure is
/// a function of the set of facts in <see cref="Memory"/>, whatever their order.
/// </summary>
public sealed record Payment
{
    public required Guid Id { get; init; }
    public required string Gateway { get; init; }
    public required string Account { get; init; }

    /// <summary>The gateway's id of the payment: the reference of the fact that founded it.</summary>
    public required string GatewayPaymentId { get; init; }
    public required PaymentOrigin Origin { get; init; }
    public string? OrderId { get; init; }
    public string? UserId { get; init; }

    /// <summary>Null until a fact with an amount came.</summary>
    public Currency? Currency { get; init; }
    public PaymentStatus Status { get; init; } = PaymentStatus.RequiresPaymentMethod;

    /// <summary>Counts the outgoing events of this payment: the newest one's <c>sequence</c>. 0 before the first.</summary>
    public int Version { get; init; }

    /// <summary>What was asked for or authorised, in minor units; 0 while unknown.</summary>
    public long Amount { get; init; }
    public long AmountAuthorized { get; init; }
    public long AmountCaptured { get; init; }
    public long AmountRefunded { get; init; }
    public long AmountRefundPending { get; init; }

    /// <summary>What disputes have taken and not given back.</summary>
    public long AmountDisputed { get; init; }

    /// <summary>What the gateway kept, in the payment's currency.</summary>
    public long Fees { get; init; }

    public FoldMemory Memory { get; init; } = FoldMemory.Empty;

    /// <summary>A payment of which nothing is known but its name.</summary>
    public static Payment New(Guid id, Fact founder, PaymentOrigin origin) => new()
    {
        Id = id,
        Gateway = founder.Gateway,
        Account = founder.Account,
        GatewayPaymentId = founder.Reference,
        Origin = origin,
    };

    /// <summary>
    /// A payment that our API is about to ask a gateway for. It has its own id in place of the gateway's
    /// (<see cref="HasGatewayPaymentId"/>) until a fact that may found a payment names it.
    /// </summary>
    /// <param name="amount">What was asked for: no fact makes the payment's amount less.</param>
    public static Payment Ask(Guid id, string gateway, string account, Money amount, string? orderId, string? userId) => new()
    {
        Id = id,
        Gateway = gateway,
        Account = account,
        GatewayPaymentId = Identifiers.Format(Identifiers.PaymentPrefix, id),
        Origin = PaymentOrigin.Api,
        OrderId = orderId,
        UserId = userId,
        Currency = amount.Currency,
        Amount = amount.AmountMinor,
        Memory = FoldMemory.Empty with { NamedMax = amount.AmountMinor },
    };

    /// <summary>False while nobody but us has named the payment.</summary>
    public bool HasGatewayPaymentId =>
        Origin == PaymentOrigin.External || GatewayPaymentId != Identifiers.Format(Identifiers.PaymentPrefix, Id);

    /// <summary>The uncaptured rest was released.</summary>
    public bool IsVoided => Memory.Milestones.HasFlag(Milestones.Voided);

    private bool HasHeldMoney =>
        Memory.Milestones.HasFlag(Milestones.Authorized) || CapturedTotal > 0 || Operations.HasCapture(Memory);

    /// <summary>The largest total captured that was told (Stripe tells no parts); 0 for none.</summary>
    public long CapturedTotal => Memory.CapturedTotal;

    /// <summary>
    /// What issuer and gateway checked; null when nobody told. Once money is held, only what was said with the money counts: what was
    /// checked of an attempt that failed says nothing of the one that paid.
    /// </summary>
    public PaymentChecks? Checks => Memory.Checks?.Shown();

    /// <summary>
    /// Why the newest attempt that failed did. Only while the payment waits for another way to pay, or ended without one
    /// (<see cref="PaymentStatus.Failed"/>, <see cref="PaymentStatus.Canceled"/>): once money was held it explains nothing any more.
    /// </summary>
    public PaymentFailure? Failure =>
        Status is PaymentStatus.RequiresPaymentMethod or PaymentStatus.Failed or PaymentStatus.Canceled && !HasHeldMoney
            ? Memory.Failure?.Failure
            : null;

    /// <summary>The gateway's id of the one capture that was made; null when there is none or are several, or when it failed.</summary>
    public string? OnlyCaptureId => Operations.OnlyCaptureOf(Memory);

    /// <summary>Where the part of that gateway id stands; null when no fact told of it.</summary>
    public OperationStatus? StatusOf(OperationKind kind, string gatewayReference) => Operations.StatusOf(Memory, kind, gatewayReference);
}
