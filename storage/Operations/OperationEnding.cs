using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>The second transaction of an operation: what the gateway answered, folded as its webhooks are.</summary>
internal sealed class OperationEnding(NpgsqlDataSource database, TimeProvider time, TimeSpan parkedDeadline)
{
    /// <summary>What an operation in doubt without a time of its own waits until it is looked up.</summary>
    private static readonly TimeSpan nextTry = TimeSpan.FromSeconds(5);

    public async Task<SettledOperation> SettleAsync(OperationSettlement settlement, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var found = await ReadAsync(connection, settlement, cancellationToken);
        var own = found.Own;
        if (own.Operation.LeaseEpoch != settlement.LeaseEpoch)
            throw new LeaseLostException($"Operation {own.Id} is at epoch {own.Operation.LeaseEpoch}, not {settlement.LeaseEpoch}.");
        if (!own.IsOpen && found.Answer is { } known)
            return new SettledOperation(own.Operation, Snapshots.Of(found.Entry.Payment, found.Details, found.Entry.Holds), known);

        var now = time.GetUtcNow();
        var fold = new BatchFold(found.State, now);
        var facts = settlement.Facts.Select(fact => fact with { Aliases = [.. fact.Aliases.Append(found.Alias).Distinct()] }).ToList();
        var refusal = fold.TakeReply(found.Entry, settlement.GatewayPaymentId, facts, StoredOperation.PublicId(own.Kind, own.Id));
        Settle(found.Entry, own, refusal is null ? settlement : Mismatched(settlement, refusal), now);

        var details = found.Details with
        {
            NextAction = refusal is null ? settlement.NextAction : found.Details.NextAction,
            UpdatedAt = now,
        };
        var snapshot = Snapshots.Of(found.Entry.Payment, details, found.Entry.Holds);
        var operation = found.Entry.Holds.Operations.First(stored => stored.Id == own.Id).Operation;
        var made = refusal is null && found.Answer is null ? settlement.Respond?.Invoke(snapshot, operation) : null;
        fold.Draft.Payments.Add(found.Entry);
        await BatchWriter.WriteAsync(connection, fold.Draft, [], "api", now, now + parkedDeadline, cancellationToken,
            new SettledRow(own.Id, own.Operation.PaymentId, own.Principal, own.Key, made, details.NextAction)
            {
                GivesKeyBack = settlement.GivesKeyBack && operation.State == ApiOperationState.Failed,
            });
        // Past this line the outcome belongs to the database: a commit in flight is not cancelled.
        await transaction.CommitAsync(CancellationToken.None);
        return new SettledOperation(operation, snapshot, found.Answer ?? made);
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

    private sealed record Found(
        BatchState State, PaymentEntry Entry, PaymentDetails Details, StoredOperation Own, string Alias, StoredResponse? Answer);

    private const string LockSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM books.payments AS p
        WHERE p.id = (SELECT payment_id FROM books.api_operations WHERE id = $1)
        FOR UPDATE OF p
        """;

    private const string OperationsSql = $"""
        SELECT {OperationRows.Columns}
        FROM books.api_operations AS o
        WHERE o.payment_id = (SELECT payment_id FROM books.api_operations WHERE id = $1)
            AND (o.id = $1 OR o.state IN ('Open', 'Unknown', 'Accepted'))
        ORDER BY o.id
        """;

    private const string AnswerSql = $"""
        SELECT {IdempotencyRow.AnswerColumns}
        FROM books.api_operations AS o
        JOIN books.idempotency_keys AS k ON k.principal = o.principal AND k.key = o.idempotency_key AND k.operation_id = o.id
        WHERE o.id = $1
        """;

    /// <summary>Locks the payment, then reads its operations, then what else the facts name: one round trip.</summary>
    private static async Task<Found> ReadAsync(
        NpgsqlConnection connection, OperationSettlement settlement, CancellationToken cancellationToken)
    {
        var names = Names.Of(settlement.Facts);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
        foreach (var sql in new[] { LockSql, OperationsSql, AnswerSql })
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql).Value(settlement.OperationId));
        BatchReader.Add(batch, MethodRows.SelectSql, names.Methods);
        BatchReader.AddPayments(batch, names.Aliases);

        var state = new BatchState();
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            throw new ArgumentException($"There is no operation {settlement.OperationId}.", nameof(settlement));
        var payment = PaymentRows.Read(reader);
        var entry = new PaymentEntry(payment, isNew: false, PaymentRows.ReadHolds(reader));
        var details = Snapshots.ReadDetails(reader, PaymentRows.ColumnsCount);
        var alias = Identifiers.Format(Identifiers.PaymentPrefix, payment.Id);
        state.Payments.Add(new(payment.Gateway, payment.Account, alias), entry);

        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) entry.Holds.Add(OperationRows.Read(reader));
        await reader.NextResultAsync(cancellationToken);
        var answer = await reader.ReadAsync(cancellationToken) ? IdempotencyRow.ReadAnswer(reader) : null;
        await reader.NextResultAsync(cancellationToken);
        await BatchReader.ReadMethodsAsync(reader, state, cancellationToken);
        await BatchReader.ReadPaymentsAsync(reader, state, cancellationToken);
        await reader.DisposeAsync();
        if (settlement.GatewayPaymentId is { } id && names.Aliases.Add(new(payment.Gateway, payment.Account, id)))
            await BatchReader.ReadNamedAsync(connection, state, [new(payment.Gateway, payment.Account, id)], cancellationToken);
        await BatchReader.ReadUsersAsync(connection, state, names.Owners, cancellationToken);
        await BatchReader.ReadWhatWaitingFactsNameAsync(connection, state, [.. names.Aliases], cancellationToken);
        await OperationRows.ReadOpenAsync(connection, state, cancellationToken);
        var own = entry.Holds.Operations.First(stored => stored.Id == settlement.OperationId);
        return new Found(state, entry, details, own, alias, answer);
    }
}
