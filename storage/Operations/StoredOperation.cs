using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Operations;

/// <summary>An operation with what only the books need of it.</summary>
internal sealed record StoredOperation
{
    public required ApiOperation Operation { get; init; }

    /// <summary>What it holds of the payment now; 0 once it is final, or once the facts hold the money themselves.</summary>
    public required long Reserved { get; init; }

    /// <summary>What was captured without it: a total beyond this and its amount proves a capture that no gateway names.</summary>
    public required long CapturedBefore { get; init; }
    public required bool IsFinalCapture { get; init; }
    public required string Principal { get; init; }
    public required string Key { get; init; }

    /// <summary>The key that began it has its answer. Without one it stays due, whatever its state.</summary>
    public required bool IsAnswered { get; init; }

    /// <summary>Somebody works on it.</summary>
    public required bool IsLeased { get; init; }

    /// <summary>When somebody has to see to it; null for never.</summary>
    public required DateTimeOffset? NextTryAt { get; init; }

    /// <summary>True when this change ends the lease and sets <see cref="NextTryAt"/>; false leaves both as they are.</summary>
    public bool EndsLease { get; init; }

    public Guid Id => Operation.Id;
    public ApiOperationKind Kind => Operation.Kind;
    public bool IsOpen => Operation.State is ApiOperationState.Open or ApiOperationState.Unknown or ApiOperationState.Accepted;

    /// <summary>Nobody knows what came of it: asked without an answer, or begun by somebody who died.</summary>
    public bool IsUnresolved =>
        Operation.State == ApiOperationState.Unknown || (Operation.State == ApiOperationState.Open && !IsLeased);

    /// <summary>The id that gateways and callers see: <c>pay_…</c>, <c>cap_…</c>, <c>re_…</c>, <c>op_…</c>.</summary>
    public static string PublicId(ApiOperationKind kind, Guid id) => Identifiers.Format(kind switch
    {
        ApiOperationKind.Create => Identifiers.PaymentPrefix,
        ApiOperationKind.Capture => Identifiers.CapturePrefix,
        ApiOperationKind.Refund => Identifiers.RefundPrefix,
        ApiOperationKind.Confirm or ApiOperationKind.Cancel => Identifiers.OperationPrefix,
        _ => throw new System.Diagnostics.UnreachableException($"{kind} has no public id."),
    }, id);

    public StoredOperation Referring(string? reference) =>
        this with { Operation = Operation with { GatewayReference = reference ?? Operation.GatewayReference } };

    /// <summary>In another state; a final one holds nothing and is never left again.</summary>
    public StoredOperation In(ApiOperationState state)
    {
        if (!IsOpen || state == Operation.State) return this;

        // What the gateway took on is not in doubt because it cannot be read back.
        if (Operation.State == ApiOperationState.Accepted && state is (ApiOperationState.Open or ApiOperationState.Unknown)) return this;
        var isFinal = state is ApiOperationState.Succeeded or ApiOperationState.Failed;
        return this with
        {
            Operation = Operation with { State = state, Request = isFinal && IsAnswered ? [] : Operation.Request },
            Reserved = isFinal ? 0 : Reserved,
            NextTryAt = isFinal && IsAnswered ? null : NextTryAt,
            EndsLease = EndsLease || (isFinal && IsAnswered),
        };
    }

    /// <summary>As the facts leave it. Creations and confirmations end with their reply only: it says what the payer must do.</summary>
    /// <param name="openCaptures">What all open captures of the payment come to.</param>
    public StoredOperation Judged(Payment payment, long openCaptures)
    {
        if (!IsOpen) return this;
        return Kind switch
        {
            ApiOperationKind.Cancel =>
                payment is { IsVoided: true, Status: PaymentStatus.Canceled } ? In(ApiOperationState.Succeeded) : this,
            ApiOperationKind.Capture => Captured(payment, openCaptures),
            ApiOperationKind.Refund => Refunded(payment),
            _ => this,
        };
    }

    private StoredOperation Captured(Payment payment, long openCaptures)
    {
        if (Operation.GatewayReference is { } reference && payment.StatusOf(OperationKind.Capture, reference) is { } status)
            return In(status == OperationStatus.Failed ? ApiOperationState.Failed : ApiOperationState.Succeeded);

        // A gateway that tells totals names no part. Only a total that holds every open capture proves this one, and only
        // when no reply is on its way.
        return Operation.State != ApiOperationState.Open && payment.CapturedTotal - CapturedBefore >= openCaptures
            ? In(ApiOperationState.Succeeded)
            : this;
    }

    private StoredOperation Refunded(Payment payment)
    {
        if (Operation.GatewayReference is not { } reference) return this;
        return payment.StatusOf(OperationKind.Refund, reference) switch
        {
            null => this,
            OperationStatus.Succeeded => In(ApiOperationState.Succeeded),
            OperationStatus.Failed => In(ApiOperationState.Failed),

            // The facts count it as pending from now on.
            _ => (Operation.State == ApiOperationState.Unknown ? In(ApiOperationState.Accepted) : this) with { Reserved = 0 },
        };
    }
}
