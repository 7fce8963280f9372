using Dapper;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>What one check found.</summary>
/// <param name="Id">The invariant, "I13".</param>
/// <param name="Claim">What must hold, in a few words.</param>
/// <param name="Counted">How many things were looked at.</param>
/// <param name="Violations">How many of them break it; 0 is clean.</param>
/// <param name="Example">The first that breaks it, enough to find it again; null when clean.</param>
public sealed record InvariantResult(string Id, string Claim, long Counted, long Violations, string? Example);

/// <summary>The invariants that the books alone can answer. Read-only; each is one set-based statement.</summary>
public sealed class Invariants(NpgsqlDataSource dataSource)
{
    // Violations are the offending rows as text; the count and the smallest of them are what a person needs first.
    internal sealed record Check(string Id, string Claim, string Counted, string Offending);

    private const string VersionsAreGapless = """
        SELECT p.id || ' has version ' || p.version || ' and ' || count(t.version) || ' transitions, newest ' || coalesce(max(t.version), 0)
        FROM books.payments p
        LEFT JOIN books.transitions t ON t.payment_id = p.id
        GROUP BY p.id, p.version
        HAVING count(t.version) <> p.version OR coalesce(max(t.version), 0) <> p.version
        UNION ALL
        SELECT t.payment_id || ' has transitions but no payment'
        FROM books.transitions t
        WHERE NOT EXISTS (SELECT FROM books.payments p WHERE p.id = t.payment_id)
        """;

    private const string EffectsAreUnique = """
        SELECT payment_id || ' told ' || event_type || ' ' || count(*) || ' times for ' || cause
        FROM books.transitions
        GROUP BY payment_id, event_type, cause
        HAVING count(*) > 1
        """;

    private const string JournalBalances = """
        SELECT 'postings in ' || currency || ' sum to ' || sum(amount)
        FROM books.journal_postings
        GROUP BY currency
        HAVING sum(amount) <> 0
        UNION ALL
        SELECT owner || ' ' || cause || ' ' || kind || ' is not balanced'
        FROM books.journal
        WHERE amount <= 0 OR debit_account = credit_account
        """;

    private const string JournalHasItsOwners = """
        SELECT j.owner || ' ' || j.cause || ' ' || j.kind || ' moves money of nothing known'
        FROM books.journal j
        WHERE NOT EXISTS (SELECT FROM books.payments p WHERE p.id = j.owner)
          AND NOT EXISTS (SELECT FROM books.payouts o WHERE o.id = j.owner)
        UNION ALL
        SELECT p.id || ' captured ' || p.captured || ' without a journal entry'
        FROM books.payments p
        WHERE p.captured > 0
          AND NOT EXISTS (SELECT FROM books.journal j WHERE j.owner = p.id AND j.kind = 'Capture')
        UNION ALL
        SELECT p.id || ' captured ' || p.captured || ' without a capture operation'
        FROM books.payments p
        WHERE p.captured > 0
          AND NOT EXISTS (SELECT FROM books.operations o WHERE o.payment_id = p.id AND o.kind = 'Capture')
        UNION ALL
        SELECT o.payment_id || ' has an operation ' || o.gateway_reference || ' but is not known'
        FROM books.operations o
        WHERE NOT EXISTS (SELECT FROM books.payments p WHERE p.id = o.payment_id)
        """;

    private const string AmountsAreInBounds = """
        SELECT id || ': authorized ' || authorized || ', captured ' || captured || ', refunded ' || refunded
            || ', pending ' || refund_pending || ', reserved ' || capture_reserved || ' and ' || refund_reserved
        FROM books.payments
        WHERE NOT (refunded >= 0 AND refund_pending >= 0 AND refund_reserved >= 0 AND capture_reserved >= 0
                   AND refunded + refund_pending + refund_reserved <= captured
                   AND captured + capture_reserved <= authorized AND disputed >= 0)
        """;

    private const string CurrenciesAgree = """
        SELECT p.id || ' is in ' || coalesce(p.currency, 'none') || ', its operation ' || o.gateway_reference || ' in ' || o.currency
        FROM books.operations o
        JOIN books.payments p ON p.id = o.payment_id
        WHERE o.currency IS DISTINCT FROM p.currency
        UNION ALL
        SELECT p.id || ' is in ' || coalesce(p.currency, 'none') || ', its journal entry ' || j.cause || ' in ' || j.currency
        FROM books.journal j
        JOIN books.payments p ON p.id = j.owner
        WHERE j.currency IS DISTINCT FROM p.currency
        """;

    private const string AmountsAreTheirJournal = """
        SELECT p.id || ': captured ' || p.captured || ' (journal ' || j.captured || '), refunded ' || p.refunded || ' (' || j.refunded
            || '), disputed ' || p.disputed || ' (' || j.disputed || '), fees ' || p.fees || ' (' || j.fees || ')'
        FROM books.payments p
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE kind WHEN 'Capture' THEN amount WHEN 'CaptureReversal' THEN -amount END), 0) AS captured,
                   coalesce(sum(CASE kind WHEN 'Refund' THEN amount WHEN 'RefundReversal' THEN -amount END), 0) AS refunded,
                   coalesce(sum(CASE kind WHEN 'Dispute' THEN amount WHEN 'DisputeReversal' THEN -amount END), 0) AS disputed,
                   coalesce(sum(CASE kind WHEN 'Fee' THEN amount WHEN 'FeeReversal' THEN -amount END), 0) AS fees
            FROM books.journal
            WHERE owner = p.id) j
        WHERE (p.captured, p.refunded, p.disputed, p.fees) IS DISTINCT FROM (j.captured, j.refunded, j.disputed, j.fees)
        UNION ALL
        SELECT 'the trigger that keeps books.' || expected.relation || ' append only is missing or off'
        FROM (VALUES ('journal'), ('transitions'), ('payment_aliases'), ('inbox')) AS expected (relation)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = ('books.' || expected.relation)::regclass AND tgname = 'append_only' AND tgenabled <> 'D')
        """;

    // What was staged a minute ago and is still here has nobody who publishes it. The side tables must not outgrow their cause.
    private const string OutboxDrains = """
        SELECT event_id || ' waits in the outbox since ' || created_at
        FROM books.outbox
        WHERE created_at < now() - interval '60 seconds'
        UNION ALL
        SELECT 'a parked alias ' || a.alias || ' has no parked fact that waits'
        FROM books.parked_aliases a
        WHERE NOT EXISTS (SELECT FROM books.parked p WHERE p.id = a.parked_id AND p.resolved_at IS NULL)
        """;

    private static readonly Check[] Checks =
    [
        new("I2", "a fact has each effect at most once", "SELECT count(*) FROM books.transitions", EffectsAreUnique),
        new("I8", "versions rise by one, a history row each", "SELECT count(*) FROM books.payments", VersionsAreGapless),
        new("I11", "the journal sums to zero per currency", "SELECT count(*) FROM books.journal", JournalBalances),
        new("I12", "journal entries and operations have each other", "SELECT count(*) FROM books.operations", JournalHasItsOwners),
        new("I13", "0 <= refunded + pending <= captured <= authorized, with what is reserved", "SELECT count(*) FROM books.payments", AmountsAreInBounds),
        new("I14", "operations and entries are in the payment's currency", "SELECT count(*) FROM books.operations", CurrenciesAgree),
        new("I15", "amounts are the sums of their journal, append only", "SELECT count(*) FROM books.payments", AmountsAreTheirJournal),
        .. OperationInvariants.Checks,
        new("I27", "the outbox drains, side tables stay bounded", "SELECT count(*) FROM books.outbox", OutboxDrains),
    ];

    /// <summary>Runs every check in one snapshot.</summary>
    public async Task<IReadOnlyList<InvariantResult>> CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var results = new List<InvariantResult>(Checks.Length);
        foreach (var check in Checks)
        {
            var counted = await connection.ExecuteScalarAsync<long>(
                new CommandDefinition(check.Counted, cancellationToken: cancellationToken));
            var offending = $"SELECT count(*) AS violations, min(offence) AS example FROM ({check.Offending}) AS offences (offence)";
            var found = await connection.QuerySingleAsync<(long Violations, string? Example)>(
                new CommandDefinition(offending, commandTimeout: 600, cancellationToken: cancellationToken));
            results.Add(new InvariantResult(check.Id, check.Claim, counted, found.Violations, found.Example));
        }
        return results;
    }
}
