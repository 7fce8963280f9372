using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>The second transaction of operations: what the gateways answered, folded as their webhooks are.</summary>
internal sealed class OperationEnding(NpgsqlDataSource database, TimeProvider time, TimeSpan parkedDeadline)
{
    /// <summary>What an operation in doubt without a time of its own waits until it is looked up.</summary>
    private static readonly TimeSpan nextTry = TimeSpan.FromSeconds(5);

    /// <summary>Settles operations, all in one transaction.</summary>
    /// <returns>For each, in the order of <paramref name="settlements"/>.</returns>
    public async Task<IReadOnlyList<Outcome<SettledOperation>>> SettleAsync(
        IReadOnlyList<OperationSettlement> settlements, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var found = await FoundOperations.ReadAsync(connection, settlements, cancellationToken);
        var now = time.GetUtcNow();
        var fold = new BatchFold(found.State, now);
        var written = new List<SettledRow>(settlements.Count);
        var outcomes = new Outcome<SettledOperation>[settlements.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Settle(found, fold, settlements[i], written, now);
        if (written.Count == 0) return outcomes;

        await BatchWriter.CommitAsync(connection, fold.Draft, [], "api", now, now + parkedDeadline, written);
        return outcomes;
    }

    /// <summary>In memory; <paramref name="written"/> receives what is to be written of it.</summary>
    private static Outcome<SettledOperation> Settle(
        FoundOperations found, BatchFold fold, OperationSettlement settlement, List<SettledRow> written, DateTimeOffset now)
    {
        if (found.Find(settlement.OperationId) is not var (entry, own))
            return new(new ArgumentException($"There is no operation {settlement.OperationId}.", nameof(settlement)));
        if (own.Operation.LeaseEpoch != settlement.LeaseEpoch)
            return new(new LeaseLostException($"Operation {own.Id} is at epoch {own.Operation.LeaseEpoch}, not {settlement.LeaseEpoch}."));
        var (before, known) = (found.Details[own.Operation.PaymentId], found.Answers.GetValueOrDefault(own.Id));
        if (!own.IsOpen && known is not null)
            return new(new SettledOperation(own.Operation, Snapshots.Of(entry.Payment, before, entry.Holds), known));

        var alias = Identifiers.Format(Identifiers.PaymentPrefix, entry.Payment.Id);
        var facts = settlement.Facts.Select(fact => fact with { Aliases = [.. fact.Aliases.Append(alias).Distinct()] }).ToList();
        var refusal = fold.TakeReply(entry, settlement.GatewayPaymentId, facts, StoredOperation.PublicId(own.Kind, own.Id));
        Settle(entry, own, refusal is null ? settlement : Mismatched(settlement, refusal), now);
        fold.Draft.Payments.Add(entry);

        var details = before with { NextAction = refusal is null ? settlement.NextAction : before.NextAction, UpdatedAt = now };
        found.Details[own.Operation.PaymentId] = details;
        var snapshot = Snapshots.Of(entry.Payment, details, entry.Holds);
        var operation = entry.Holds.Operations.First(stored => stored.Id == own.Id).Operation;
        var made = refusal is null && known is null ? settlement.Respond?.Invoke(snapshot, operation) : null;
        if (made is not null) found.Answers[own.Id] = made;
        written.Add(new SettledRow(own.Id, own.Operation.PaymentId, own.Principal, own.Key, made, details.NextAction)
        {
            GivesKeyBack = settlement.GivesKeyBack && operation.State == ApiOperationState.Failed,
            TouchesNextAction = before.NextAction is not null || details.NextAction is not null,
        });
        return new(new SettledOperation(operation, snapshot, known ?? made));
    }

    private static OperationSettlement Mismatched(OperationSettlement settlement, Rejection refusal) => settlement with
    {
        State = ApiOperationState.Unknown,
        GatewayReference = null,
        FailureCode = "mismatched_reply",
        FailureMessage = refusal.Error,
    };

    private static void Settle(PaymentEntry entry, StoredOperation own, OperationSettlement settlement, DateTimeOffset now)
    {
        // The fold may have ended it already, through a part that a webhook named.
        var stored = entry.Holds.Operations.First(known => known.Id == own.Id).Referring(settlement.GatewayReference);
        stored = stored.In(settlement.State);
        var stands = stored.Operation.State == settlement.State;
        var operation = stored.Operation with
        {
            FailureCode = stands ? settlement.FailureCode : stored.Operation.FailureCode,
            FailureMessage = stands ? settlement.FailureMessage : stored.Operation.FailureMessage,
        };
        entry.Holds.Put(stored with
        {
            Operation = stored.IsOpen ? operation : operation with { Request = [] },
            NextTryAt = !stored.IsOpen ? null
                : settlement.NextTryAt ?? (operation.State == ApiOperationState.Accepted ? null : now + nextTry),
            EndsLease = true,
        });
        entry.Holds.Judge(entry.Payment);
    }
}
