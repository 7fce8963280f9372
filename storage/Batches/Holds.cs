using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage.Batches;

/// <summary>
/// What the API's operations under way hold of a payment. Computed anew from the operations and from what the facts have left
/// whenever the payment changes, so that money which a webhook tells of before the API's own reply is never counted twice.
/// </summary>
internal sealed class Holds(long captureReserved, long refundReserved, bool isCancelling, int openOperations)
{
    private readonly List<StoredOperation> _operations = [];
    private readonly HashSet<Guid> _changed = [];

    public static Holds None() => new(0, 0, false, 0);

    public long CaptureReserved { get; private set; } = captureReserved;
    public long RefundReserved { get; private set; } = refundReserved;
    public bool IsCancelling { get; private set; } = isCancelling;

    /// <summary>How many are not final.</summary>
    public int OpenOperations { get; private set; } = openOperations;

    /// <summary>Those that are not final, read under the payment's lock; and one that is being settled, however it stands.</summary>
    public IReadOnlyList<StoredOperation> Operations => _operations;

    /// <summary>What is to be written.</summary>
    public IEnumerable<StoredOperation> Changed => _operations.Where(operation => _changed.Contains(operation.Id));

    public void Add(StoredOperation operation)
    {
        if (!_operations.Exists(known => known.Id == operation.Id)) _operations.Add(operation);
    }

    /// <summary>A gateway named the part that it made for one of our operations.</summary>
    public void Name(Guid operationId, string partId)
    {
        var index = _operations.FindIndex(known => known.Id == operationId);
        if (index >= 0 && _operations[index].Operation.GatewayReference is null)
            Put(index, _operations[index].Referring(partId));
    }

    /// <summary>The gateway took a cancel on and refused it later: nothing was released.</summary>
    public void RefuseCancel(Guid operationId)
    {
        var index = _operations.FindIndex(known => known.Id == operationId && known.Kind == ApiOperationKind.Cancel);
        if (index >= 0) Put(index, _operations[index].In(ApiOperationState.Failed));
    }

    /// <summary>Puts an operation in place of the one with its id.</summary>
    public void Put(StoredOperation operation) => Put(_operations.FindIndex(known => known.Id == operation.Id), operation);

    /// <summary>Ends what the payment, as the facts have it now, proves to have ended, and holds no more than is left.</summary>
    public void Judge(Payment payment)
    {
        if (_operations.Count == 0) return;
        for (var i = 0; i < _operations.Count; i++)
        {
            var judged = _operations[i].Judged(payment, OpenAmount(ApiOperationKind.Capture));
            if (judged == _operations[i]) continue;
            Put(i, judged);
        }
        CaptureReserved = Math.Min(Reserved(ApiOperationKind.Capture), payment.AmountAuthorized - payment.AmountCaptured);
        RefundReserved = Math.Min(
            Reserved(ApiOperationKind.Refund), payment.AmountCaptured - payment.AmountRefunded - payment.AmountRefundPending);
        IsCancelling = _operations.Exists(operation => operation is { IsOpen: true, Kind: ApiOperationKind.Cancel });
        OpenOperations = _operations.Count(operation => operation.IsOpen);
    }

    private void Put(int index, StoredOperation operation)
    {
        var captures = operation is { Kind: ApiOperationKind.Capture, Operation.State: ApiOperationState.Succeeded }
            && _operations[index].IsOpen;
        _operations[index] = operation;
        _changed.Add(operation.Id);

        // A total captured proves the others only as far as it is above what this one took.
        for (var i = 0; captures && i < _operations.Count; i++)
            if (_operations[i] is { IsOpen: true, Kind: ApiOperationKind.Capture } other)
                Put(i, other with { CapturedBefore = other.CapturedBefore + operation.Operation.Amount.AmountMinor });
    }

    private long OpenAmount(ApiOperationKind kind) =>
        _operations.Where(operation => operation.IsOpen && operation.Kind == kind).Sum(operation => operation.Operation.Amount.AmountMinor);

    private long Reserved(ApiOperationKind kind) =>
        _operations.Where(operation => operation.IsOpen && operation.Kind == kind).Sum(operation => operation.Reserved);
}
