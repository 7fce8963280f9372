using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>A part of a payment as gateways told it: capture, refund, void, dispute or fee.</summary>
public sealed record PaymentPart(
    Guid Id, OperationKind Kind, OperationStatus Status, Money Amount, string GatewayReference, string? Reason,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt);

/// <summary>A movement of money: from the credited to the debited account.</summary>
public sealed record PaymentMovement(
    string Kind, string Debit, string Credit, Money Amount, string Cause, DateTimeOffset OccurredAt, DateTimeOffset RecordedAt);

/// <summary>Everything financial about a payment, each list oldest first.</summary>
public sealed record PaymentTransactions(IReadOnlyList<PaymentPart> Parts, IReadOnlyList<PaymentMovement> Movements);

/// <summary>One thing that the books know about a payment.</summary>
/// <param name="RecordedAt">Our time.</param>
/// <param name="OccurredAt">The gateway's time, where it has one.</param>
/// <param name="Kind">webhook, parked (a fact that waited for the payment), transition, event, operation or dead_letter.</param>
/// <param name="Name">
/// The gateway's event type, the version's statuses, our event's type, the operation's kind, the dead letter's reason.
/// </param>
/// <param name="Outcome">The verdict, the version, published or staged, the operation's state, the re-drive's outcome.</param>
/// <param name="Reference">The id by which to find it: event key, fact key, event id, operation id, place in the log.</param>
public sealed record TimelineEntry(
    DateTimeOffset RecordedAt, DateTimeOffset? OccurredAt, string Kind, string Name, string? Outcome, string? Reference);

/// <summary>
/// What happened to one payment, from every table that knows of it. Null where the payment is not there or not the caller's.
/// </summary>
public sealed class PaymentHistory(NpgsqlDataSource database)
{
    private const string SeenSql = """
        SELECT EXISTS (
            SELECT FROM books.payments AS p
            WHERE p.id = $1 AND (p.gateway, p.account) IN (SELECT * FROM unnest($2, $3)))
        """;

    private const string PartsSql = """
        SELECT id, kind, status, amount, currency, gateway_reference, reason, occurred_at, recorded_at
        FROM books.operations
        WHERE payment_id = $1
        ORDER BY occurred_at, id
        """;

    private const string MovementsSql = """
        SELECT kind, debit_account, credit_account, amount, currency, cause, occurred_at, recorded_at
        FROM books.journal
        WHERE owner = $1
        ORDER BY id
        """;

    public async Task<PaymentTransactions?> TransactionsAsync(
        Guid paymentId, Visibility visibility, CancellationToken cancellationToken)
    {
        if (!await IsSeenAsync(paymentId, visibility, cancellationToken)) return null;
        await using var parts = database.CreateCommand(PartsSql).With(paymentId);
        await using var movements = database.CreateCommand(MovementsSql).With(paymentId);
        return new PaymentTransactions(
            await parts.ListAsync(row => new PaymentPart(
                row.GetGuid(0), Enum.Parse<OperationKind>(row.GetString(1)), Enum.Parse<OperationStatus>(row.GetString(2)),
                new Money(row.GetInt64(3), PaymentRows.CurrencyOf(row.GetString(4))), row.GetString(5), row.Text(6),
                row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8)), cancellationToken),
            await movements.ListAsync(row => new PaymentMovement(
                row.GetString(0), row.GetString(1), row.GetString(2),
                new Money(row.GetInt64(3), PaymentRows.CurrencyOf(row.GetString(4))), row.GetString(5),
                row.GetFieldValue<DateTimeOffset>(6), row.GetFieldValue<DateTimeOffset>(7)), cancellationToken));
    }

    // A dead letter has no payment: it is found by the ids that its record was keyed by. A webhook that an API reply overtook has
    // its verdict all the same.
    private const string TimelineSql = """
        SELECT i.applied_at, NULL::timestamptz, 'webhook', i.type, i.verdict, i.event_key
        FROM books.inbox AS i
        WHERE i.payment_id = $1
        UNION ALL
        SELECT p.parked_at, NULL, 'parked', p.fact_key, p.resolution, p.event_key
        FROM books.parked AS p
        WHERE p.payment_id = $1
        UNION ALL
        SELECT t.recorded_at, t.occurred_at, 'transition', t.from_status || ' -> ' || t.to_status, t.version::text, t.cause
        FROM books.transitions AS t
        WHERE t.payment_id = $1
        UNION ALL
        SELECT t.recorded_at, t.occurred_at, 'event', t.event_type,
            CASE WHEN o.event_id IS NULL THEN 'published' ELSE 'staged' END, t.event_id
        FROM books.transitions AS t
        LEFT JOIN books.outbox AS o ON o.shard = $2 AND o.event_id = t.event_id
        WHERE t.payment_id = $1
        UNION ALL
        SELECT a.started_at, NULL, 'operation', a.kind, a.state, a.gateway_key
        FROM books.api_operations AS a
        WHERE a.payment_id = $1
        UNION ALL
        SELECT d.created_at, d.appended_at, 'dead_letter', d.reason, coalesce(d.redrive_outcome, 'open'),
            d.topic || '/' || d."partition" || '/' || d."offset"
        FROM books.payment_aliases AS n
        JOIN books.dead_letters AS d ON d.gateway = n.gateway AND d.account = n.account AND d.record_key = n.alias
        WHERE n.payment_id = $1
        ORDER BY 1, 3 DESC, 6
        """;

    /// <summary>Oldest first.</summary>
    public async Task<IReadOnlyList<TimelineEntry>?> TimelineAsync(
        Guid paymentId, Visibility visibility, CancellationToken cancellationToken)
    {
        if (!await IsSeenAsync(paymentId, visibility, cancellationToken)) return null;
        var shard = OutboxShards.Of(Identifiers.Format(Identifiers.PaymentPrefix, paymentId));
        await using var command = database.CreateCommand(TimelineSql).With(paymentId).With(shard);
        return await command.ListAsync(row => new TimelineEntry(
            row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1),
            row.GetString(2), row.GetString(3), row.Text(4), row.Text(5)), cancellationToken);
    }

    private async Task<bool> IsSeenAsync(Guid paymentId, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SeenSql).With(paymentId).With(visibility);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
