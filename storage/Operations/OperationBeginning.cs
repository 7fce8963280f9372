using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>The first transaction of an operation. Null: the key was claimed before.</summary>
internal sealed class OperationBeginning(NpgsqlDataSource database, TimeProvider time)
{
    // One statement, one round trip: whoever wins the key makes the payment, its name and the operation.
    private const string CreateSql = """
        WITH asked AS (
            SELECT *
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) AS u (
                principal, key, fingerprint, id, gateway, account, name, order_id, user_id, currency, status, amount, memory,
                capture_method, return_url, metadata, payment_method_id, reason, request)),
        claim AS (
            INSERT INTO books.idempotency_keys (principal, key, fingerprint, operation_id, created_at, expires_at)
            SELECT principal, key, fingerprint, id, clock_timestamp(), clock_timestamp() + interval '31 days'
            FROM asked
            ON CONFLICT (principal, key) DO NOTHING
            RETURNING operation_id),
        won AS (
            SELECT asked.*
            FROM asked
            JOIN claim ON claim.operation_id = asked.id),
        payment AS (
            INSERT INTO books.payments (
                id, gateway, account, gateway_payment_id, origin, order_id, user_id, currency, status, version,
                amount, authorized, captured, refunded, refund_pending, disputed, fees, memory, created_at, updated_at,
                capture_method, return_url, metadata, payment_method_id, open_operations)
            SELECT id, gateway, account, name, 'api', order_id, user_id, currency, status, 0, amount, 0, 0, 0, 0, 0, 0, memory, $20, $20,
                capture_method, return_url, metadata, payment_method_id, 1
            FROM won),
        alias AS (
            INSERT INTO books.payment_aliases (gateway, account, alias, payment_id)
            SELECT gateway, account, name, id
            FROM won)
        INSERT INTO books.api_operations (
            id, payment_id, kind, state, gateway, account, amount, currency, reserved, captured_before, is_final, reason, request,
            gateway_key, principal, idempotency_key, tries, lease_epoch, lease_until, next_try_at, started_at, updated_at)
        SELECT id, id, 'Create', 'Open', gateway, account, amount, currency, 0, 0, false, reason, request, name, principal, key, 1, 1,
            clock_timestamp() + interval '60 seconds', clock_timestamp() + interval '60 seconds', clock_timestamp(), clock_timestamp()
        FROM won
        RETURNING id, started_at
        """;

    /// <summary>Begins creations, all in one transaction.</summary>
    /// <returns>For each, in the order of <paramref name="starts"/>.</returns>
    public async Task<IReadOnlyList<Outcome<OperationBegin?>>> CreateAsync(
        IReadOnlyList<(OperationStart Start, NewPayment Asked)> starts, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var creations = new Creation[starts.Count];
        for (var i = 0; i < creations.Length; i++) creations[i] = new Creation(starts[i].Start, starts[i].Asked);

        // In one order everywhere: two transactions that want the same two keys do not wait for each other.
        Creation[] ordered = [.. creations.OrderBy(creation => creation.Key, StringComparer.Ordinal)];
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
        batch.BatchCommands.Add(CreateCommand(ordered, now));
        var begun = new Dictionary<Guid, DateTimeOffset>(creations.Length);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) begun[reader.GetGuid(0)] = reader.GetFieldValue<DateTimeOffset>(1);
            await reader.NextResultAsync(cancellationToken);
        }
        return Array.ConvertAll(creations, creation => new Outcome<OperationBegin?>(
            begun.TryGetValue(creation.Payment.Id, out var startedAt) ? creation.Begun(startedAt, now) : null));
    }

    private static NpgsqlBatchCommand CreateCommand(IReadOnlyList<Creation> asked, DateTimeOffset now) =>
        new NpgsqlBatchCommand(CreateSql)
            .Column(asked, one => one.Start.Claim.Principal)
            .Column(asked, one => one.Key)
            .Column(asked, one => one.Start.Claim.Fingerprint)
            .Column(asked, one => one.Payment.Id)
            .Column(asked, one => one.Payment.Gateway)
            .Column(asked, one => one.Payment.Account)
            .Column(asked, one => one.Payment.GatewayPaymentId)
            .Column(asked, one => one.Payment.OrderId)
            .Column(asked, one => one.Payment.UserId)
            .Column(asked, one => one.Asked.Amount.Currency.Code)
            .Column(asked, one => PaymentStatusNames.Of(one.Payment.Status))
            .Column(asked, one => one.Payment.Amount)
            .JsonColumn(asked, one => one.Payment.Memory.ToJson())
            .Column(asked, one => one.Asked.CaptureMethod)
            .Column(asked, one => one.Asked.ReturnUrl)
            .JsonColumn(asked, one => one.Asked.Metadata)
            .Column(asked, one => one.Asked.PaymentMethodId)
            .Column(asked, one => one.Start.Reason)
            .Column(asked, one => one.Start.Request)
            .Value(now);

    private sealed record Creation(OperationStart Start, NewPayment Asked)
    {
        public string Key => Start.Claim.Key;

        public Payment Payment { get; } =
            Payment.Ask(Start.PaymentId, Asked.Gateway, Asked.Account, Asked.Amount, Asked.OrderId, Asked.UserId);

        public OperationBegin.Begun Begun(DateTimeOffset startedAt, DateTimeOffset now) => new OperationBegin.Begun(
            Record(Start, Payment, Payment.Id, Payment.Amount, startedAt),
            new PaymentSnapshot(
                Payment,
                new PaymentDetails(Asked.CaptureMethod, Asked.ReturnUrl, Asked.Metadata, null, Asked.PaymentMethodId, now, now),
                0, 0, false),
            IsResumed: false);
    }

    private const string ClaimSql = """
        INSERT INTO books.idempotency_keys (principal, key, fingerprint, created_at, expires_at)
        VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp() + interval '31 days')
        ON CONFLICT (principal, key) DO NOTHING
        RETURNING clock_timestamp()
        """;

    private const string LockSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM books.payments AS p
        WHERE p.id = $1 AND (p.gateway, p.account) IN (SELECT * FROM unnest($2, $3))
        FOR UPDATE OF p
        """;

    // A final capture that succeeded is asked for too: no other may follow it.
    private const string OthersSql = $"""
        SELECT {OperationRows.Columns}
        FROM books.api_operations AS o
        WHERE o.payment_id = $1 AND (
            o.state IN ('Open', 'Unknown', 'Accepted') OR (o.kind = 'Capture' AND o.is_final AND o.state = 'Succeeded'))
        ORDER BY o.id
        """;

    public async Task<OperationBegin?> BeginAsync(OperationStart start, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ClaimSql)
            .Value(start.Claim.Principal).Value(start.Claim.Key).Value(start.Claim.Fingerprint));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockSql)
            .Value(start.PaymentId)
            .Column(start.Visibility.Accounts, visible => visible.Gateway)
            .Column(start.Visibility.Accounts, visible => visible.Account));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OthersSql).Value(start.PaymentId));

        DateTimeOffset startedAt;
        PaymentSnapshot snapshot;
        var others = new List<StoredOperation>();
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken)) return null;
            startedAt = reader.GetFieldValue<DateTimeOffset>(0);
            await reader.NextResultAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken)) return new OperationBegin.NotFound();
            snapshot = Snapshots.Read(reader);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) others.Add(OperationRows.Read(reader));
        }

        // Every return without a commit gives the key back.
        if (others.Find(other => other.IsUnresolved) is { } unresolved) return new OperationBegin.Unresolved(unresolved.Operation);
        var refusal = OperationRules.Check(start.Kind, snapshot, start.Amount, out var amount)
            ?? OperationRules.InTheWay(start.Kind, others);
        if (refusal is { Code: OperationRules.InProgress }) return new OperationBegin.Refused(start.Refuse(refusal));
        OperationBegin begun = refusal is { } why
            ? await RefuseAsync(connection, start, why, cancellationToken)
            : await RecordAsync(connection, start, snapshot, amount, startedAt, cancellationToken);
        // Past this line the outcome belongs to the database: a commit in flight is not cancelled.
        await transaction.CommitAsync(CancellationToken.None);
        return begun;
    }

    private static async Task<OperationBegin> RefuseAsync(
        NpgsqlConnection connection, OperationStart start, OperationRefusal refusal, CancellationToken cancellationToken)
    {
        var answer = start.Refuse(refusal);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(OperationRows.Answers([new KeyAnswer(start.Claim.Principal, start.Claim.Key, null, answer)]));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return new OperationBegin.Refused(answer);
    }

    private const string InsertSql = """
        INSERT INTO books.api_operations (
            id, payment_id, kind, state, gateway, account, amount, currency, reserved, captured_before, is_final, reason, request,
            gateway_key, principal, idempotency_key, tries, lease_epoch, lease_until, next_try_at, started_at, updated_at)
        VALUES ($1, $2, $3, 'Open', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, 1,
            $16 + interval '60 seconds', $16 + interval '60 seconds', $16, $16)
        """;

    private const string ReserveSql = """
        UPDATE books.payments
        SET capture_reserved = capture_reserved + $2, refund_reserved = refund_reserved + $3, is_cancelling = $4,
            open_operations = open_operations + 1
        WHERE id = $1
        """;

    private const string OwnKeySql = """
        UPDATE books.idempotency_keys
        SET operation_id = $3
        WHERE principal = $1 AND key = $2
        """;

    private async Task<OperationBegin> RecordAsync(
        NpgsqlConnection connection, OperationStart start, PaymentSnapshot snapshot, long amount, DateTimeOffset startedAt,
        CancellationToken cancellationToken)
    {
        var payment = snapshot.Payment;
        var operation = Record(start, payment, Guid.CreateVersion7(time.GetUtcNow()), amount, startedAt);

        // After a final capture the gateway releases the rest: nobody else may count on it.
        var capture = start.Kind != ApiOperationKind.Capture ? 0
            : start.IsFinal ? payment.AmountAuthorized - payment.AmountCaptured - snapshot.CaptureReserved : amount;
        var refund = start.Kind == ApiOperationKind.Refund ? amount : 0;
        var cancels = start.Kind == ApiOperationKind.Cancel;

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertSql)
            .Value(operation.Id).Value(operation.PaymentId).Value(operation.Kind.ToString())
            .Value(operation.Gateway).Value(operation.Account).Value(amount).Value(operation.Amount.Currency.Code)
            .Value(capture + refund).Value(payment.AmountCaptured).Value(start.IsFinal).Value(start.Reason).Value(start.Request)
            .Value(operation.GatewayKey).Value(start.Claim.Principal).Value(start.Claim.Key).Value(startedAt));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ReserveSql)
            .Value(payment.Id).Value(capture).Value(refund).Value(cancels));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OwnKeySql)
            .Value(start.Claim.Principal).Value(start.Claim.Key).Value(operation.Id));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return new OperationBegin.Begun(
            operation,
            snapshot with
            {
                CaptureReserved = snapshot.CaptureReserved + capture,
                RefundReserved = snapshot.RefundReserved + refund,
                IsCancelling = cancels,
            }, IsResumed: false);
    }

    private static ApiOperation Record(OperationStart start, Payment payment, Guid id, long amount, DateTimeOffset startedAt) => new()
    {
        Id = id,
        PaymentId = payment.Id,
        Kind = start.Kind,
        State = ApiOperationState.Open,
        Gateway = payment.Gateway,
        Account = payment.Account,
        Amount = new(amount, payment.Currency ?? throw new InvalidOperationException("A payment with an amount has no currency.")),
        Request = start.Request,
        GatewayKey = StoredOperation.PublicId(start.Kind, id),
        StartedAt = startedAt,
        Tries = 1,
        LeaseEpoch = 1,
    };
}
