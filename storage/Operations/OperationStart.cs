using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Operations;

/// <summary>Who sees what: the accounts, as gateway and account, that the caller's tenant owns. Part of every query.</summary>
public sealed record Visibility(IReadOnlyList<(string Gateway, string Account)> Accounts);

/// <param name="Principal">Tenant and subject of the caller: a key of one is never another's.</param>
/// <param name="Fingerprint">SHA-256 over route and canonical body.</param>
public sealed record IdempotencyClaim(string Principal, string Key, byte[] Fingerprint);

/// <summary>The wish to begin an operation. All checks and the reservation happen in one transaction under the payment's lock.</summary>
public sealed record OperationStart
{
    public required IdempotencyClaim Claim { get; init; }
    public required Visibility Visibility { get; init; }
    public required ApiOperationKind Kind { get; init; }

    /// <summary>The new payment's id for Create.</summary>
    public required Guid PaymentId { get; init; }

    /// <summary>For Create only.</summary>
    public NewPayment? Payment { get; init; }

    /// <summary>Minor units in the payment's currency; null for "all that is left", and for confirm and cancel.</summary>
    public long? Amount { get; init; }

    /// <summary>A capture after which no other may follow.</summary>
    public bool IsFinal { get; init; }
    public string? Reason { get; init; }

    /// <summary>See <see cref="ApiOperation.Request"/>.</summary>
    public required byte[] Request { get; init; }

    /// <summary>
    /// How the rules' refusal (<see cref="OperationRules"/>) is answered: a definite answer, stored with the key and replayed.
    /// </summary>
    public required Func<OperationRefusal, StoredResponse> Refuse { get; init; }
}

/// <summary>A payment that the API makes: it exists, with its own id as alias, before the gateway is asked.</summary>
public sealed record NewPayment(
    string Gateway, string Account, string OrderId, string? UserId, Money Amount, string CaptureMethod, string? ReturnUrl, byte[]? Metadata,
    Guid? PaymentMethodId);

/// <summary>What came of the wish to begin.</summary>
public abstract record OperationBegin
{
    private OperationBegin() { }

    /// <summary>Recorded and reserved, with a lease: ask the gateway now, then settle.</summary>
    /// <param name="IsResumed">The same request began it before and died: send it again under the same key, or look it up.</param>
    public sealed record Begun(ApiOperation Operation, PaymentSnapshot Snapshot, bool IsResumed) : OperationBegin;

    /// <summary>The key has its answer.</summary>
    public sealed record Replayed(StoredResponse Response) : OperationBegin;

    /// <summary>The same request is being worked on, under a lease that has not run out.</summary>
    public sealed record InFlight : OperationBegin;

    /// <summary>The key was used for another request.</summary>
    public sealed record KeyReused : OperationBegin;

    /// <summary>No such payment, or not the caller's: nobody can tell the two apart.</summary>
    public sealed record NotFound : OperationBegin;

    /// <summary>The payment has an operation whose outcome is unknown: resolve that first, then begin again.</summary>
    public sealed record Unresolved(ApiOperation Operation) : OperationBegin;

    /// <summary>The rules say no; the answer is stored with the key, but for <see cref="OperationRules.InProgress"/>.</summary>
    public sealed record Refused(StoredResponse Response) : OperationBegin;
}

/// <summary>What the gateway's answer means for an operation; written in one transaction with the facts.</summary>
public sealed record OperationSettlement
{
    public required Guid OperationId { get; init; }

    /// <summary>Of the lease under which the gateway was asked.</summary>
    public required long LeaseEpoch { get; init; }
    public required ApiOperationState State { get; init; }

    /// <summary>Folded as a webhook's are; without an inbox claim, since their keys make them one with the webhook's.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];
    public string? GatewayPaymentId { get; init; }
    public string? GatewayReference { get; init; }

    /// <summary>JSON {type, url, data}; null clears it.</summary>
    public byte[]? NextAction { get; init; }
    public string? FailureCode { get; init; }
    public string? FailureMessage { get; init; }

    /// <summary>For Unknown: when the completer tries next.</summary>
    public DateTimeOffset? NextTryAt { get; init; }

    /// <summary>
    /// For Failed, where certainly nothing happened and the caller is told to try again: the key is given back with the answer, so
    /// that the same request may begin anew.
    /// </summary>
    public bool GivesKeyBack { get; init; }

    /// <summary>Makes the answer to store with the key, from the payment after the fold; null leaves the key in flight (Unknown).</summary>
    public Func<PaymentSnapshot, ApiOperation, StoredResponse?>? Respond { get; init; }
}

/// <param name="Response">What <see cref="OperationSettlement.Respond"/> made; null for none.</param>
public sealed record SettledOperation(ApiOperation Operation, PaymentSnapshot Snapshot, StoredResponse? Response);

/// <summary>Operations whose outcome nobody knows.</summary>
public readonly record struct OperationBacklog(long Unresolved, TimeSpan OldestAge);

/// <summary>The lease ran out and somebody else has the operation: what this worker knows is stale.</summary>
public sealed class LeaseLostException : Exception
{
    public LeaseLostException() { }
    public LeaseLostException(string message) : base(message) { }
    public LeaseLostException(string message, Exception innerException) : base(message, innerException) { }
}
