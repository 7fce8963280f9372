using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>The first transaction of an operation. Null from either method: the key was claimed before.</summary>
internal sealed class OperationBeginning(NpgsqlDataSource database, TimeProvider time)
{
    // One statement, one round trip: whoever wins the key makes the payment, its name and the operation.
    private const string CreateSql = """
        WITH claim AS (
            INSERT INTO books.idempotency_keys (principal, key, fingerprint, operation_id, created_at, expires_at)
            VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp() + interval '31 days')
            ON CONFLICT (principal, key) DO NOTHING
            RETURNING operation_id),
        payment AS (
            INSERT INTO books.payments (
                id, gateway, account, gateway_payment_id, origin, order_id, user_id, currency, status, version,
                amount, authorized, captured, refunded, refund_pending, disputed, fees, memory, created_at, updated_at,
                capture_method, return_url, metadata, payment_method_id, open_operations)
            SELECT operation_id, $5, $6, $7, 'api', $8, $9, $10, $11, 0, $12, 0, 0, 0, 0, 0, 0, $13, $14, $14, $15, $16, $17, $18, 1
            FROM claim),
        alias AS (
            INSERT INTO books.payment_aliases (gateway, account, alias, payment_id)
            SELECT $5, $6, $7, operation_id
            FROM claim)
        INSERT INTO books.api_operations (
            id, payment_id, kind, state, gateway, account, amount, currency, reserved, captured_before, is_final, reason, request,
            gateway_key, principal, idempotency_key, tries, lease_epoch, lease_until, next_try_at, started_at, updated_at)
        SELECT operation_id, operation_id, 'Create', 'Open', $5, $6, $12, $10, 0, 0, false, $19, $20, $7, $1, $2, 1, 1,
            clock_timestamp() + interval '60 seconds', clock_timestamp() + interval '60 seconds', clock_timestamp(), clock_timestamp()
        FROM claim
        RETURNING started_at
        """;

    public async Task<OperationBegin?> CreateAsync(OperationStart start, NewPayment asked, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var payment = Payment.Ask(start.PaymentId, asked.Gateway, asked.Account, asked.Amount, asked.OrderId, asked.UserId);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(CreateSql)
            .Value(start.Claim.Principal).Value(start.Claim.Key).Value(start.Claim.Fingerprint).Value(payment.Id)
            .Value(payment.Gateway).Value(payment.Account).Value(payment.GatewayPaymentId)
            .Value(payment.OrderId).Value(payment.UserId).Value(asked.Amount.Currency.Code)
            .Value(PaymentStatusNames.Of(payment.Status)).Value(payment.Amount).Json(payment.Memory.ToJson()).Value(now)
            .Value(asked.CaptureMethod).Value(asked.ReturnUrl).Json(asked.Metadata).Value(asked.PaymentMethodId)
            .Value(start.Reason).Value(start.Request));
        if (await batch.ExecuteScalarAsync(cancellationToken) is not DateTime startedAt) return null;

        var operation = Record(start, payment, payment.Id, payment.Amount, new DateTimeOffset(startedAt));
        var details = new PaymentDetails(
            asked.CaptureMethod, asked.ReturnUrl, asked.Metadata, null, asked.PaymentMethodId, now, now);
        return new OperationBegin.Begun(operation, new PaymentSnapshot(payment, details, 0, 0, false), IsResumed: false);
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
        batch.BatchCommands.Add(OperationRows.Answer(start.Claim.Principal, start.Claim.Key, null, answer));
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
