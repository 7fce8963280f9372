using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>Operations to be settled, with their payments locked and all that the replies name.</summary>
internal sealed class FoundOperations
{
    private readonly Dictionary<Guid, PaymentEntry> _payments = [];

    public BatchState State { get; } = new();

    /// <summary>By payment.</summary>
    public Dictionary<Guid, PaymentDetails> Details { get; } = [];

    /// <summary>By operation: the answer that its key has already.</summary>
    public Dictionary<Guid, StoredResponse> Answers { get; } = [];

    /// <summary>Null when there is no such operation.</summary>
    public (PaymentEntry Entry, StoredOperation Own)? Find(Guid operationId) =>
        _payments.TryGetValue(operationId, out var entry)
            ? (entry, entry.Holds.Operations.First(stored => stored.Id == operationId))
            : null;

    private const string LockSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM books.payments AS p
        WHERE p.id = ANY (ARRAY(SELECT payment_id FROM books.api_operations WHERE id = ANY ($1)))
        ORDER BY p.id
        FOR UPDATE OF p
        """;

    private const string OperationsSql = $"""
        SELECT {OperationRows.Columns}
        FROM books.api_operations AS o
        WHERE o.payment_id = ANY (ARRAY(SELECT payment_id FROM books.api_operations WHERE id = ANY ($1)))
            AND (o.id = ANY ($1) OR o.state IN ('Open', 'Unknown', 'Accepted'))
        ORDER BY o.id
        """;

    private const string AnswersSql = $"""
        SELECT {IdempotencyRow.AnswerColumns}, o.id
        FROM books.api_operations AS o
        JOIN books.idempotency_keys AS k ON k.principal = o.principal AND k.key = o.idempotency_key AND k.operation_id = o.id
        WHERE o.id = ANY ($1) AND k.status IS NOT NULL
        """;

    /// <summary>Locks the payments in the order of their ids, then reads their operations, then what else the facts name.</summary>
    public static async Task<FoundOperations> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<OperationSettlement> settlements, CancellationToken cancellationToken)
    {
        var found = new FoundOperations();
        var names = Names.Of([.. settlements.SelectMany(settlement => settlement.Facts)]);
        Guid[] ids = [.. settlements.Select(settlement => settlement.OperationId)];
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
            foreach (var sql in new[] { LockSql, OperationsSql, AnswersSql })
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql).Value(ids));
            BatchReader.Add(batch, MethodRows.SelectSql, names.Methods);
            BatchReader.AddPayments(batch, names.Aliases);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await found.ReadPaymentsAsync(reader, cancellationToken);
            await found.ReadOperationsAsync(reader, ids, cancellationToken);
            await found.ReadAnswersAsync(reader, cancellationToken);
            await BatchReader.ReadMethodsAsync(reader, found.State, cancellationToken);
            await BatchReader.ReadPaymentsAsync(reader, found.State, cancellationToken);
        }
        await found.ReadGatewayIdsAsync(connection, settlements, names, cancellationToken);
        await BatchReader.ReadUsersAsync(connection, found.State, names.Owners, cancellationToken);
        await BatchReader.ReadWhatWaitingFactsNameAsync(connection, found.State, [.. names.Aliases], cancellationToken);
        await OperationRows.ReadOpenAsync(connection, found.State, cancellationToken);
        return found;
    }

    private async Task ReadPaymentsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var payment = PaymentRows.Read(reader);
            Details.Add(payment.Id, Snapshots.ReadDetails(reader, PaymentRows.ColumnsCount));
            var alias = Identifiers.Format(Identifiers.PaymentPrefix, payment.Id);
            State.Payments.Add(
                new(payment.Gateway, payment.Account, alias), new PaymentEntry(payment, isNew: false, PaymentRows.ReadHolds(reader)));
        }
        await reader.NextResultAsync(cancellationToken);
    }

    private async Task ReadOperationsAsync(NpgsqlDataReader reader, Guid[] wanted, CancellationToken cancellationToken)
    {
        var entries = State.Payments.Values.ToDictionary(entry => entry.Payment.Id);
        while (await reader.ReadAsync(cancellationToken))
        {
            var operation = OperationRows.Read(reader);
            var entry = entries[operation.Operation.PaymentId];
            entry.Holds.Add(operation);
            if (wanted.Contains(operation.Id)) _payments[operation.Id] = entry;
        }
        await reader.NextResultAsync(cancellationToken);
    }

    private async Task ReadAnswersAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            if (IdempotencyRow.ReadAnswer(reader) is { } answer)
                Answers[reader.GetGuid(IdempotencyRow.AnswerColumnsCount)] = answer;
        await reader.NextResultAsync(cancellationToken);
    }

    /// <summary>The ids that the gateways answered with, where no fact names them.</summary>
    private async Task ReadGatewayIdsAsync(
        NpgsqlConnection connection, IReadOnlyList<OperationSettlement> settlements, Names names, CancellationToken cancellationToken)
    {
        var more = new List<GatewayName>();
        foreach (var settlement in settlements)
            if (settlement.GatewayPaymentId is { } id && Find(settlement.OperationId) is var (entry, _)
                && names.Aliases.Add(new(entry.Payment.Gateway, entry.Payment.Account, id)))
                more.Add(new(entry.Payment.Gateway, entry.Payment.Account, id));
        if (more.Count > 0) await BatchReader.ReadNamedAsync(connection, State, more, cancellationToken);
    }
}
