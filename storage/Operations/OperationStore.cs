namespace PaymentPipeline.Storage.Operations;

/// <summary>The API's operations: begun before the gateway is asked, settled with its facts. A transaction each, no network call in it.</summary>
public sealed class OperationStore
{
    /// <summary>Transaction 1: claims the key, locks the payment (or makes it), checks the rules, reserves, records the operation.</summary>
    public Task<OperationBegin> BeginAsync(OperationStart start, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Transaction 2: folds the facts, settles or releases the reservation, stores the answer. Safe to call again.</summary>
    /// <exception cref="LeaseLostException">Somebody else took the operation over.</exception>
    public Task<SettledOperation> SettleAsync(OperationSettlement settlement, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>
    /// For the completer: takes over operations whose lease ran out or whose next try is due, oldest first, and for
    /// <see cref="OperationBegin.Unresolved"/> one by id. The epoch rises with each take-over.
    /// </summary>
    public Task<IReadOnlyList<OperationBegin.Begun>> TakeOverAsync(int atMost, Guid? only, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
