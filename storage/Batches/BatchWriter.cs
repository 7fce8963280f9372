using System.Text.Json;
using Npgsql;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Writes a draft and commits it: one statement per table and the commit, all in one round trip.</summary>
internal static class BatchWriter
{
    /// <summary>
    /// Ends the connection's transaction. Not cancelled: from here the outcome belongs to the database. When it fails, nothing was
    /// written, or the answer was lost.
    /// </summary>
    /// <param name="publication">Publishes the events in the same transaction; null where the log is elsewhere.</param>
    public static async Task<Published> CommitAsync(
        NpgsqlConnection connection, BatchDraft draft, IReadOnlyList<IncomingRecord> records, string worker,
        DateTimeOffset now, DateTimeOffset parkedDeadline, IReadOnlyList<SettledRow>? settled = null, JoinedPublication? publication = null)
    {
        var events = OutboxRows.Of(draft);
        await using var batch = new NpgsqlBatch(connection);
        AddInbox(batch, draft, now);
        AddPayments(batch, draft, now);
        AddJournal(batch, draft, now);
        AddParked(batch, draft, now, parkedDeadline);
        AddDeadLetters(batch, draft, now);
        if (publication is null && events.Count > 0) batch.BatchCommands.Add(OutboxRows.Insert(events, now));
        batch.BatchCommands.Add(AuditRow.Insert(draft, records, worker, now, settled));
        if (settled is not null) OperationRows.AddAnswers(batch, settled);
        if (publication is not null && events.Count > 0)
            return await publication.CommitAsync(batch, events, now);
        await EndAsync(batch);
        return new Published(events.Count, []);
    }

    private const string CommitSql = "COMMIT";

    /// <summary>
    /// The commit goes with the last writes: after an error the server skips all that follows, so that it commits all of it or nothing.
    /// </summary>
    public static Task EndAsync(NpgsqlBatch batch)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(CommitSql));
        return batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    // A claim that another worker made since this batch looked violates the key: the batch is tried again and finds it.
    private const string InsertClaimsSql = """
        INSERT INTO books.inbox (
            gateway, account, event_key, content_hash, type, verdict, payment_id, topic, "partition", "offset", received_at, applied_at)
        SELECT *, $12
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;
    private const string ReopenClaimsSql = """
        UPDATE books.inbox AS i
        SET verdict = u.verdict, payment_id = u.payment_id, applied_at = $6
        FROM unnest($1, $2, $3, $4, $5) AS u (gateway, account, event_key, verdict, payment_id)
        WHERE i.gateway = u.gateway AND i.account = u.account AND i.event_key = u.event_key
        """;
    private const string DeliveriesSql = """
        INSERT INTO books.inbox_deliveries (gateway, account, delivery_id, body_hash, received_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5)
        """;

    private static void AddInbox(NpgsqlBatch batch, BatchDraft draft, DateTimeOffset now)
    {
        var fresh = draft.Claims.Values.Where(claim => !claim.Reopens).ToList();
        if (fresh.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(InsertClaimsSql)
                .Column(fresh, claim => claim.Record.Gateway)
                .Column(fresh, claim => claim.Record.Account)
                .Column(fresh, claim => claim.Event.Key)
                .Column(fresh, claim => ContentHashes.ToGuid(claim.Event.ContentHash))
                .Column(fresh, claim => claim.Event.Type)
                .Column(fresh, claim => claim.Verdict)
                .Column(fresh, claim => claim.PaymentId)
                .Column(fresh, claim => claim.Record.Topic)
                .Column(fresh, claim => claim.Record.Partition)
                .Column(fresh, claim => claim.Record.Offset)
                .Column(fresh, claim => claim.Record.ReceivedAt.ToUniversalTime())
                .Value(now));

        var reopened = draft.Claims.Values.Where(claim => claim.Reopens).ToList();
        if (reopened.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ReopenClaimsSql)
                .Column(reopened, claim => claim.Record.Gateway)
                .Column(reopened, claim => claim.Record.Account)
                .Column(reopened, claim => claim.Event.Key)
                .Column(reopened, claim => claim.Verdict)
                .Column(reopened, claim => claim.PaymentId)
                .Value(now));

        var deliveries = draft.Deliveries.ToList();
        if (deliveries.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliveriesSql)
                .Column(deliveries, delivery => delivery.Key.Gateway)
                .Column(deliveries, delivery => delivery.Key.Account)
                .Column(deliveries, delivery => delivery.Key.Name)
                .Column(deliveries, delivery => delivery.Value.BodyHash.ToArray())
                .Column(deliveries, delivery => delivery.Value.ReceivedAt.ToUniversalTime()));
    }

    private const string AliasesSql = """
        INSERT INTO books.payment_aliases (gateway, account, alias, payment_id)
        SELECT * FROM unnest($1, $2, $3, $4)
        """;
    private const string OperationsSql = """
        INSERT INTO books.operations (
            id, payment_id, kind, gateway_reference, amount, currency, status, reason, occurred_at, recorded_at)
        SELECT *, $10
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (payment_id, kind, gateway_reference) DO UPDATE
        SET amount = excluded.amount, currency = excluded.currency, status = excluded.status, reason = excluded.reason,
            occurred_at = excluded.occurred_at, recorded_at = excluded.recorded_at
        """;
    private const string TransitionsSql = """
        INSERT INTO books.transitions (
            payment_id, version, from_status, to_status, cause, event_id, event_type, inbox_key, occurred_at, recorded_at)
        SELECT *, $10
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """;

    private static void AddPayments(NpgsqlBatch batch, BatchDraft draft, DateTimeOffset now)
    {
        var inserted = draft.Payments.Where(entry => entry.IsNew).Select(entry => entry.Payment).ToList();
        if (inserted.Count > 0) batch.BatchCommands.Add(PaymentRows.Insert(inserted, now));
        var updated = draft.Payments.Where(entry => !entry.IsNew).ToList();
        if (updated.Count > 0) batch.BatchCommands.Add(PaymentRows.Update(updated, now));
        var told = updated.SelectMany(entry => entry.Holds.Changed).ToList();
        if (told.Count > 0) batch.BatchCommands.Add(OperationRows.Update(told, now));
        foreach (var entry in draft.Payouts) batch.BatchCommands.Add(PayoutRows.Upsert(entry.Payout, now));
        foreach (var entry in draft.Methods) batch.BatchCommands.Add(MethodRows.Upsert(entry.Method, now));

        if (draft.Aliases is { Count: > 0 } aliases)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(AliasesSql)
                .Column(aliases, row => row.Alias.Gateway)
                .Column(aliases, row => row.Alias.Account)
                .Column(aliases, row => row.Alias.Name)
                .Column(aliases, row => row.PaymentId));

        var operations = draft.Operations.Values.ToList();
        if (operations.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(OperationsSql)
                .Column(operations, operation => operation.Id)
                .Column(operations, operation => operation.PaymentId)
                .Column(operations, operation => operation.Kind.ToString())
                .Column(operations, operation => operation.GatewayReference)
                .Column(operations, operation => operation.AmountMinor)
                .Column(operations, operation => operation.Currency.Code)
                .Column(operations, operation => operation.Status.ToString())
                .Column(operations, operation => operation.Reason)
                .Column(operations, operation => operation.OccurredAt.ToUniversalTime())
                .Value(now));

        if (draft.Transitions is { Count: > 0 } transitions)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TransitionsSql)
                .Column(transitions, row => row.PaymentId)
                .Column(transitions, row => row.Transition.Version)
                .Column(transitions, row => PaymentStatusNames.Of(row.Transition.From))
                .Column(transitions, row => PaymentStatusNames.Of(row.Transition.To))
                .Column(transitions, row => row.Transition.Cause.Value)
                .Column(transitions, row => row.Transition.Event.Id)
                .Column(transitions, row => row.Transition.Event.Type)
                .Column(transitions, row => row.InboxKey)
                .Column(transitions, row => row.Transition.OccurredAt.ToUniversalTime())
                .Value(now));
    }

    private const string JournalSql = """
        INSERT INTO books.journal (
            owner, kind, cause, gateway, gateway_account, debit_account, credit_account, amount, currency, occurred_at, recorded_at)
        SELECT *, $11
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    private static void AddJournal(NpgsqlBatch batch, BatchDraft draft, DateTimeOffset now)
    {
        if (draft.Movements is not { Count: > 0 } movements) return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(JournalSql)
            .Column(movements, row => row.Owner)
            .Column(movements, row => row.Kind)
            .Column(movements, row => row.Cause)
            .Column(movements, row => row.Gateway)
            .Column(movements, row => row.Account)
            .Column(movements, row => row.Debit)
            .Column(movements, row => row.Credit)
            .Column(movements, row => row.Amount)
            .Column(movements, row => row.Currency)
            .Column(movements, row => row.OccurredAt.ToUniversalTime())
            .Value(now));
    }

    // The aliases of a fact are in the fact: they are spread in the same statement, because the id is made by it.
    private const string ParkSql = """
        WITH added AS (
            INSERT INTO books.parked (gateway, account, event_key, fact_key, fact, parked_at, deadline)
            SELECT *, $6, $7
            FROM unnest($1, $2, $3, $4, $5)
            RETURNING id, gateway, account, fact)
        INSERT INTO books.parked_aliases (gateway, account, alias, parked_id)
        SELECT DISTINCT added.gateway, added.account, alias, added.id
        FROM added, jsonb_array_elements_text(added.fact -> 'aliases') AS alias
        """;
    private const string ResolveSql = """
        WITH resolved AS (
            UPDATE books.parked AS p
            SET resolved_at = $4, resolution = u.resolution, payment_id = u.payment_id
            FROM unnest($1, $2, $3) AS u (id, resolution, payment_id)
            WHERE p.id = u.id
            RETURNING p.id)
        DELETE FROM books.parked_aliases AS a
        USING resolved
        WHERE a.parked_id = resolved.id
        """;

    private static void AddParked(NpgsqlBatch batch, BatchDraft draft, DateTimeOffset now, DateTimeOffset deadline)
    {
        var parked = draft.NewWaiting.Where(waiting => waiting.Resolution is null).ToList();
        if (parked.Count > 0)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ParkSql)
                .Column(parked, waiting => waiting.Fact.Gateway)
                .Column(parked, waiting => waiting.Fact.Account)
                .Column(parked, waiting => waiting.EventKey)
                .Column(parked, waiting => waiting.Fact.Key.Value)
                .JsonColumn(parked, waiting => FactJson.Write(waiting.Fact))
                .Value(now)
                .Value(deadline));

        if (draft.Resolved is { Count: > 0 } resolved)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(ResolveSql)
                .Column(resolved, waiting => waiting.Id ?? throw new InvalidOperationException("Only stored facts are resolved."))
                .Column(resolved, waiting => waiting.Resolution)
                .Column(resolved, waiting => waiting.PaymentId)
                .Value(now));
    }

    // The same record tried again (a replay, a second worker) is the same dead letter.
    private const string DeadLettersSql = """
        INSERT INTO books.dead_letters (
            topic, "partition", "offset", gateway, account, event_key, reason, error, attempts,
            record_key, headers, body, appended_at, created_at)
        SELECT *, $14
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (topic, "partition", "offset", event_key) DO UPDATE
        SET reason = excluded.reason, error = excluded.error, attempts = excluded.attempts
        """;

    private static void AddDeadLetters(NpgsqlBatch batch, BatchDraft draft, DateTimeOffset now)
    {
        var letters = draft.DeadLetters
            .DistinctBy(row => (row.Record.Topic, row.Record.Partition, row.Record.Offset, row.EventKey)).ToList();
        if (letters.Count == 0) return;
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeadLettersSql)
            .Column(letters, row => row.Record.Topic)
            .Column(letters, row => row.Record.Partition)
            .Column(letters, row => row.Record.Offset)
            .Column(letters, row => row.Record.Gateway)
            .Column(letters, row => row.Record.Account)
            .Column(letters, row => Storable(row.EventKey))
            .Column(letters, row => row.Rejection.Reason)
            .Column(letters, row => Storable(row.Rejection.Error))
            .Column(letters, row => row.Record.Attempts)
            .Column(letters, row => Storable(row.Record.Key))
            .JsonColumn(letters, row => HeadersJson(row.Record))
            .Column(letters, row => row.Record.Body.ToArray())
            .Column(letters, row => row.Record.AppendedAt.ToUniversalTime())
            .Value(now));
    }

    /// <summary>PostgreSQL's text holds no NUL; what is to be quarantined must not be refused for one.</summary>
    private static string Storable(string text) => text.Replace('\0', '\uFFFD');

    private static byte[] HeadersJson(IncomingRecord record) =>
        JsonSerializer.SerializeToUtf8Bytes(record.Headers.Select(header => new[] { Storable(header.Key), Storable(header.Value) }));
}
