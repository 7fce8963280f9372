using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage.Batches;

/// <summary>The first definite answer to a key. Of no operation where the rules refused before there was one.</summary>
internal readonly record struct KeyAnswer(string Principal, string Key, Guid? OperationId, StoredResponse Answer);

/// <summary>An operation settled by the API: the answer to its key, and what the payer has to do next.</summary>
internal sealed record SettledRow(
    Guid OperationId, Guid PaymentId, string Principal, string Key, StoredResponse? Answer, byte[]? NextAction)
{
    /// <summary>The answer goes to the caller only; the key may be used again.</summary>
    public bool GivesKeyBack { get; init; }

    /// <summary>False where there was and is nothing to do.</summary>
    public bool TouchesNextAction { get; init; }
}

/// <summary>Operations of the API to rows and back.</summary>
internal static class OperationRows
{
    /// <summary>What <see cref="Read"/> expects, in its order.</summary>
    public const string Columns = """
        o.id, o.payment_id, o.kind, o.state, o.gateway, o.account, o.amount, o.currency, o.request, o.gateway_key, o.started_at,
        o.tries, o.gateway_reference, o.failure_code, o.failure_message, o.lease_epoch, o.reserved, o.captured_before, o.is_final,
        o.principal, o.idempotency_key, o.lease_until > clock_timestamp(), o.next_try_at,
        NOT EXISTS (
            SELECT FROM books.idempotency_keys AS k
            WHERE k.principal = o.principal AND k.key = o.idempotency_key AND k.operation_id = o.id AND k.status IS NULL)
        """;

    /// <summary>How many <see cref="Columns"/> there are: the place of the first column behind them.</summary>
    public const int ColumnsCount = 24;

    public static StoredOperation Read(NpgsqlDataReader row) => new()
    {
        Operation = new ApiOperation
        {
            Id = row.GetGuid(0),
            PaymentId = row.GetGuid(1),
            Kind = Enum.Parse<ApiOperationKind>(row.GetString(2)),
            State = Enum.Parse<ApiOperationState>(row.GetString(3)),
            Gateway = row.GetString(4),
            Account = row.GetString(5),
            Amount = new Money(row.GetInt64(6), PaymentRows.CurrencyOf(row.GetString(7))),
            Request = row.GetFieldValue<byte[]>(8),
            GatewayKey = row.GetString(9),
            StartedAt = row.GetFieldValue<DateTimeOffset>(10),
            Tries = row.GetInt32(11),
            GatewayReference = row.IsDBNull(12) ? null : row.GetString(12),
            FailureCode = row.IsDBNull(13) ? null : row.GetString(13),
            FailureMessage = row.IsDBNull(14) ? null : row.GetString(14),
            LeaseEpoch = row.GetInt64(15),
        },
        Reserved = row.GetInt64(16),
        CapturedBefore = row.GetInt64(17),
        IsFinalCapture = row.GetBoolean(18),
        Principal = row.GetString(19),
        Key = row.GetString(20),
        IsLeased = row.GetBoolean(21),
        NextTryAt = row.IsDBNull(22) ? null : row.GetFieldValue<DateTimeOffset>(22),
        IsAnswered = row.GetBoolean(23),
    };

    private const string OpenSql = $"""
        SELECT {Columns}
        FROM books.api_operations AS o
        WHERE o.payment_id = ANY ($1) AND o.state IN ('Open', 'Unknown', 'Accepted')
        ORDER BY o.id
        """;

    /// <summary>The operations under way of the payments read and locked; costs nothing when there are none.</summary>
    public static async Task ReadOpenAsync(NpgsqlConnection connection, BatchState state, CancellationToken cancellationToken)
    {
        var held = new Dictionary<Guid, PaymentEntry>();
        foreach (var entry in state.Payments.Values)
            if (entry.Holds.OpenOperations > 0 && entry.Holds.Operations.Count == 0) held[entry.Payment.Id] = entry;
        if (held.Count == 0) return;
        await using var command = new NpgsqlCommand(OpenSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. held.Keys] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) held[reader.GetGuid(1)].Holds.Add(Read(reader));
    }

    // A lease changes without the payment's lock, so what does not end it leaves it alone.
    private const string UpdateSql = """
        UPDATE books.api_operations AS o
        SET state = u.state, reserved = u.reserved, captured_before = u.captured_before, request = u.request,
            gateway_reference = u.gateway_reference, failure_code = u.failure_code, failure_message = u.failure_message,
            next_try_at = CASE WHEN u.ends_lease THEN u.next_try_at ELSE o.next_try_at END,
            lease_until = CASE WHEN u.ends_lease THEN clock_timestamp() ELSE o.lease_until END,
            settled_at = CASE WHEN u.state IN ('Succeeded', 'Failed') THEN coalesce(o.settled_at, $11) END,
            updated_at = $11
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            AS u (id, state, reserved, captured_before, request, gateway_reference, failure_code, failure_message,
                next_try_at, ends_lease)
        WHERE o.id = u.id
        """;

    public static NpgsqlBatchCommand Update(IReadOnlyList<StoredOperation> operations, DateTimeOffset now) =>
        new NpgsqlBatchCommand(UpdateSql)
            .Column(operations, stored => stored.Id)
            .Column(operations, stored => stored.Operation.State.ToString())
            .Column(operations, stored => stored.Reserved)
            .Column(operations, stored => stored.CapturedBefore)
            .Column(operations, stored => stored.Operation.Request)
            .Column(operations, stored => stored.Operation.GatewayReference)
            .Column(operations, stored => stored.Operation.FailureCode)
            .Column(operations, stored => stored.Operation.FailureMessage)
            .Column(operations, stored => stored.NextTryAt?.ToUniversalTime())
            .Column(operations, stored => stored.EndsLease)
            .Value(now);

    private const string NextActionSql = """
        UPDATE books.payments AS p
        SET next_action = u.next_action
        FROM unnest($1, $2) AS u (id, next_action)
        WHERE p.id = u.id AND p.next_action IS DISTINCT FROM u.next_action
        """;

    // The first definite answer stands for ever.
    private const string AnswerSql = """
        UPDATE books.idempotency_keys AS k
        SET status = u.status, content_type = u.content_type, body = u.body, location = u.location, etag = u.etag
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS u (principal, key, operation_id, status, content_type, body, location, etag)
        WHERE k.principal = u.principal AND k.key = u.key AND k.operation_id IS NOT DISTINCT FROM u.operation_id AND k.status IS NULL
        """;

    private const string GiveBackSql = """
        DELETE FROM books.idempotency_keys AS k
        USING unnest($1, $2, $3) AS u (principal, key, operation_id)
        WHERE k.principal = u.principal AND k.key = u.key AND k.operation_id = u.operation_id AND k.status IS NULL
        """;

    public static void AddAnswers(NpgsqlBatch batch, IReadOnlyList<SettledRow> settled)
    {
        // Of several operations of one payment the last says what is next.
        var next = settled.Where(row => row.TouchesNextAction).Reverse().DistinctBy(row => row.PaymentId).ToList();
        if (next.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(NextActionSql)
                .Column(next, row => row.PaymentId)
                .JsonColumn(next, row => row.NextAction));

        var back = settled.Where(row => row.GivesKeyBack).ToList();
        if (back.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(GiveBackSql)
                .Column(back, row => row.Principal)
                .Column(back, row => row.Key)
                .Column(back, row => row.OperationId));

        var answers = new List<KeyAnswer>(settled.Count);
        foreach (var row in settled)
            if (row is { GivesKeyBack: false, Answer: { } answer })
                answers.Add(new KeyAnswer(row.Principal, row.Key, row.OperationId, answer));
        if (answers.Count > 0) batch.BatchCommands.Add(Answers(answers));
    }

    public static NpgsqlBatchCommand Answers(IReadOnlyList<KeyAnswer> answers) => new NpgsqlBatchCommand(AnswerSql)
        .Column(answers, row => row.Principal)
        .Column(answers, row => row.Key)
        .Column(answers, row => row.OperationId)
        .Column(answers, row => row.Answer.Status)
        .Column(answers, row => row.Answer.ContentType)
        .Column(answers, row => row.Answer.Body)
        .Column(answers, row => row.Answer.Location)
        .Column(answers, row => row.Answer.ETag);
}
