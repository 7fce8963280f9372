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
            AND (o.state IN ('Open', 'Unknown', 'Accepted') OR o.id = ANY ($1))
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
        var (made, others) = Divide(names.Aliases, ids);
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
            foreach (var sql in new[] { LockSql, OperationsSql })
                batch.BatchCommands.Add(new NpgsqlBatchCommand(sql).Value(ids));
            if (names.Methods.Count > 0) BatchReader.Add(batch, MethodRows.SelectSql, names.Methods);
            BatchReader.AddPayments(batch, others, names.Aliases);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await found.ReadPaymentsAsync(reader, cancellationToken);
            await found.ReadOperationsAsync(reader, ids, cancellationToken);
            if (names.Methods.Count > 0) await BatchReader.ReadMethodsAsync(reader, found.State, cancellationToken);
            await BatchReader.ReadPaymentsAsync(reader, found.State, cancellationToken);
        }
        await found.ReadAnswersAsync(connection, cancellationToken);
        await found.ReadMissingAsync(connection, settlements, made, names, cancellationToken);
        await BatchReader.ReadUsersAsync(connection, found.State, names.Owners, cancellationToken);
        await BatchReader.ReadWhatWaitingFactsNameAsync(connection, found.State, [.. names.Aliases], cancellationToken);
        await OperationRows.ReadOpenAsync(connection, found.State, cancellationToken);
        return found;
    }

    /// <summary>
    /// Facts of a creation name its payment by our own id, which is the operation's: it is locked with the others and needs no search.
    /// </summary>
    private static (List<GatewayName> Made, List<GatewayName> Others) Divide(HashSet<GatewayName> names, Guid[] operationIds)
    {
        var (made, others) = (new List<GatewayName>(), new List<GatewayName>(names.Count));
        var creations = operationIds.ToHashSet();
        foreach (var name in names)
        {
            var isMade = Identifiers.TryParse(Identifiers.PaymentPrefix, name.Name, out var id) && creations.Contains(id);
            (isMade ? made : others).Add(name);
        }
        return (made, others);
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

    /// <summary>Mostly none has one: then nothing is asked.</summary>
    private async Task ReadAnswersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        Guid[] answered = [.. _payments.Keys.Where(id => Find(id) is { Own.IsAnswered: true })];
        if (answered.Length == 0) return;
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AnswersSql).Value(answered));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            if (IdempotencyRow.ReadAnswer(reader) is { } answer)
                Answers[reader.GetGuid(IdempotencyRow.AnswerColumnsCount)] = answer;
    }

    /// <summary>
    /// The ids that the gateways answered with, where no fact names them; and names of ours that are not those of the payments read (of a
    /// payment that was given to another account meanwhile).
    /// </summary>
    private async Task ReadMissingAsync(
        NpgsqlConnection connection, IReadOnlyList<OperationSettlement> settlements, IEnumerable<GatewayName> made, Names names,
        CancellationToken cancellationToken)
    {
        var more = made.Where(name => !State.Payments.ContainsKey(name)).ToList();
        foreach (var settlement in settlements)
            if (settlement.GatewayPaymentId is { } id && Find(settlement.OperationId) is var (entry, _)
                && names.Aliases.Add(new(entry.Payment.Gateway, entry.Payment.Account, id)))
                more.Add(new(entry.Payment.Gateway, entry.Payment.Account, id));
        if (more.Count > 0) await BatchReader.ReadNamedAsync(connection, State, more, cancellationToken);
    }
}
