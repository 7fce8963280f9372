using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Operations;

public enum ApiOperationKind { Create, Confirm, Capture, Cancel, Refund }

/// <summary>Where an operation of the API stands. Stored by name.</summary>
public enum ApiOperationState
{
    /// <summary>Recorded and reserved; the gateway may have been asked. Whoever holds the lease goes on with it.</summary>
    Open,

    /// <summary>The gateway was asked and nobody knows what came of it. Resolved before anything else is done to the payment.</summary>
    Unknown,

    /// <summary>The gateway took it on and tells the outcome later; the reservation stands until then (Adyen's modifications).</summary>
    Accepted,

    Succeeded,

    /// <summary>Definitely without effect; the reservation is released.</summary>
    Failed,
}

/// <summary>
/// What a caller asked us to do to a payment, from before the gateway is asked until the outcome is known. Kept for ever: the
/// operation, not the idempotency key, is what makes a second effect impossible.
/// </summary>
public sealed record ApiOperation
{
    /// <summary>Version 7. Of a refund or capture it is the public id too (<c>re_…</c>, <c>cap_…</c>).</summary>
    public required Guid Id { get; init; }
    public required Guid PaymentId { get; init; }
    public required ApiOperationKind Kind { get; init; }
    public required ApiOperationState State { get; init; }
    public required string Gateway { get; init; }
    public required string Account { get; init; }

    /// <summary>Minor units; what is reserved while the operation is open. For a cancel and a confirm the payment's amount.</summary>
    public required Money Amount { get; init; }

    /// <summary>The caller's request as our own JSON, to send it again word for word. Emptied when the outcome is known: it may
    /// hold personal data.</summary>
    public required byte[] Request { get; init; }

    /// <summary>The gateway's idempotency key.</summary>
    public required string GatewayKey { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How often the gateway was asked or looked up.</summary>
    public required int Tries { get; init; }

    /// <summary>The gateway's id of what was made (capture, refund, modification).</summary>
    public string? GatewayReference { get; init; }

    /// <summary>The last failure, ours and the gateway's word; null for none.</summary>
    public string? FailureCode { get; init; }
    public string? FailureMessage { get; init; }

    /// <summary>Fences: rises whenever somebody else takes the operation over. A settlement under an older one is refused.</summary>
    public required long LeaseEpoch { get; init; }
}

/// <summary>A payment with what our own open operations hold of it, all from one snapshot under the row's lock.</summary>
/// <param name="CaptureReserved">Minor units that open captures hold of what is authorised.</param>
/// <param name="RefundReserved">Minor units that open refunds hold of what is captured; not yet in AmountRefundPending.</param>
/// <param name="IsCancelling">A cancel is open: nothing else may begin.</param>
public sealed record PaymentSnapshot(Payment Payment, PaymentDetails Details, long CaptureReserved, long RefundReserved, bool IsCancelling);

/// <summary>What the API keeps of a payment beside what the facts tell.</summary>
/// <param name="CaptureMethod">automatic or manual; null for payments made at the gateway directly.</param>
/// <param name="Metadata">JSON object of strings; null for none.</param>
/// <param name="NextAction">JSON {type, url, data}; null when the payer has nothing to do.</param>
public sealed record PaymentDetails(
    string? CaptureMethod, string? ReturnUrl, byte[]? Metadata, byte[]? NextAction, Guid? PaymentMethodId, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>The first definite answer to an idempotency key: replayed byte for byte.</summary>
public sealed record StoredResponse(int Status, string ContentType, byte[] Body, string? Location = null, string? ETag = null);
