namespace PaymentPipeline.Storage;

/// <summary>
/// What must hold of payments, their history and their money. Each statement looks at the payments with $1 &lt; id &lt;= $2.
/// </summary>
internal static class BookInvariants
{
    private const string VersionsAreGapless = """
        SELECT p.id || ' has version ' || p.version || ' and ' || coalesce(t.count, 0) || ' transitions, newest ' || coalesce(t.newest, 0)
        FROM books.payments AS p
        LEFT JOIN (
            SELECT payment_id, count(*) AS count, max(version) AS newest
            FROM books.transitions
            WHERE payment_id > $1 AND payment_id <= $2
            GROUP BY payment_id) AS t ON t.payment_id = p.id
        WHERE p.id > $1 AND p.id <= $2 AND (coalesce(t.count, 0) <> p.version OR coalesce(t.newest, 0) <> p.version)
        UNION ALL
        SELECT t.payment_id || ' has transitions but no payment'
        FROM books.transitions AS t
        WHERE t.payment_id > $1 AND t.payment_id <= $2
            AND NOT EXISTS (SELECT FROM books.payments AS p WHERE p.id = t.payment_id AND p.id > $1 AND p.id <= $2)
        """;

    private const string EffectsAreUnique = """
        SELECT payment_id || ' told ' || event_type || ' ' || count(*) || ' times for ' || cause
        FROM books.transitions
        WHERE payment_id > $1 AND payment_id <= $2
        GROUP BY payment_id, event_type, cause
        HAVING count(*) > 1
        """;

    private const string JournalBalances = """
        SELECT 'postings in ' || currency || ' sum to ' || sum(amount)
        FROM books.journal_postings
        WHERE owner > $1 AND owner <= $2
        GROUP BY currency
        HAVING sum(amount) <> 0
        UNION ALL
        SELECT owner || ' ' || cause || ' ' || kind || ' is not balanced'
        FROM books.journal
        WHERE owner > $1 AND owner <= $2 AND (amount <= 0 OR debit_account = credit_account)
        """;

    private const string JournalHasItsOwners = """
        SELECT j.owner || ' ' || j.cause || ' ' || j.kind || ' moves money of nothing known'
        FROM books.journal AS j
        WHERE j.owner > $1 AND j.owner <= $2
            AND NOT EXISTS (SELECT FROM books.payments AS p WHERE p.id = j.owner AND p.id > $1 AND p.id <= $2)
            AND NOT EXISTS (SELECT FROM books.payouts AS o WHERE o.id = j.owner AND o.id > $1 AND o.id <= $2)
        UNION ALL
        SELECT p.id || ' captured ' || p.captured || ' without a journal entry'
        FROM books.payments AS p
        WHERE p.id > $1 AND p.id <= $2 AND p.captured > 0
            AND NOT EXISTS (
                SELECT FROM books.journal AS j
                WHERE j.owner = p.id AND j.kind = 'Capture' AND j.owner > $1 AND j.owner <= $2)
        UNION ALL
        SELECT p.id || ' captured ' || p.captured || ' without a capture operation'
        FROM books.payments AS p
        WHERE p.id > $1 AND p.id <= $2 AND p.captured > 0
            AND NOT EXISTS (
                SELECT FROM books.operations AS o
                WHERE o.payment_id = p.id AND o.kind = 'Capture' AND o.payment_id > $1 AND o.payment_id <= $2)
        UNION ALL
        SELECT o.payment_id || ' has an operation ' || o.gateway_reference || ' but is not known'
        FROM books.operations AS o
        WHERE o.payment_id > $1 AND o.payment_id <= $2
            AND NOT EXISTS (SELECT FROM books.payments AS p WHERE p.id = o.payment_id AND p.id > $1 AND p.id <= $2)
        """;

    private const string AmountsAreInBounds = """
        SELECT id || ': authorized ' || authorized || ', captured ' || captured || ', refunded ' || refunded
            || ', pending ' || refund_pending || ', reserved ' || capture_reserved || ' and ' || refund_reserved
        FROM books.payments
        WHERE id > $1 AND id <= $2
            AND NOT (refunded >= 0 AND refund_pending >= 0 AND refund_reserved >= 0 AND capture_reserved >= 0
                AND refunded + refund_pending + refund_reserved <= captured
                AND captured + capture_reserved <= authorized AND disputed >= 0)
        """;

    private const string CurrenciesAgree = """
        SELECT p.id || ' is in ' || coalesce(p.currency, 'none') || ', its operation ' || o.gateway_reference || ' in ' || o.currency
        FROM books.operations AS o
        JOIN books.payments AS p ON p.id = o.payment_id AND p.id > $1 AND p.id <= $2
        WHERE o.payment_id > $1 AND o.payment_id <= $2 AND o.currency IS DISTINCT FROM p.currency
        UNION ALL
        SELECT p.id || ' is in ' || coalesce(p.currency, 'none') || ', its journal entry ' || j.cause || ' in ' || j.currency
        FROM books.journal AS j
        JOIN books.payments AS p ON p.id = j.owner AND p.id > $1 AND p.id <= $2
        WHERE j.owner > $1 AND j.owner <= $2 AND j.currency IS DISTINCT FROM p.currency
        """;

    private const string AmountsAreTheirJournal = """
        SELECT p.id || ': captured ' || p.captured || ' (journal ' || coalesce(j.captured, 0) || '), refunded ' || p.refunded
            || ' (' || coalesce(j.refunded, 0) || '), disputed ' || p.disputed || ' (' || coalesce(j.disputed, 0)
            || '), fees ' || p.fees || ' (' || coalesce(j.fees, 0) || ')'
        FROM books.payments AS p
        LEFT JOIN (
            SELECT owner,
                coalesce(sum(CASE kind WHEN 'Capture' THEN amount WHEN 'CaptureReversal' THEN -amount END), 0) AS captured,
                coalesce(sum(CASE kind WHEN 'Refund' THEN amount WHEN 'RefundReversal' THEN -amount END), 0) AS refunded,
                coalesce(sum(CASE kind WHEN 'Dispute' THEN amount WHEN 'DisputeReversal' THEN -amount END), 0) AS disputed,
                coalesce(sum(CASE kind WHEN 'Fee' THEN amount WHEN 'FeeReversal' THEN -amount END), 0) AS fees
            FROM books.journal
            WHERE owner > $1 AND owner <= $2
            GROUP BY owner) AS j ON j.owner = p.id
        WHERE p.id > $1 AND p.id <= $2
            AND (p.captured, p.refunded, p.disputed, p.fees)
                IS DISTINCT FROM (coalesce(j.captured, 0), coalesce(j.refunded, 0), coalesce(j.disputed, 0), coalesce(j.fees, 0))
        """;

    private const string BooksAreAppendOnly = """
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
        FROM books.parked_aliases AS a
        WHERE NOT EXISTS (SELECT FROM books.parked AS p WHERE p.id = a.parked_id AND p.resolved_at IS NULL)
        """;

    private const string CountPayments = "SELECT count(*) FROM books.payments";
    private const string CountOperations = "SELECT count(*) FROM books.operations";

    public static Invariants.Check[] Checks { get; } =
    [
        new("I2", "a fact has each effect at most once", "SELECT count(*) FROM books.transitions", EffectsAreUnique),
        new("I8", "versions rise by one, a history row each", CountPayments, VersionsAreGapless),
        new("I11", "the journal sums to zero per currency", "SELECT count(*) FROM books.journal", JournalBalances),
        new("I12", "journal entries and operations have each other", CountOperations, JournalHasItsOwners),
        new("I13", "0 <= refunded + pending <= captured <= authorized, with what is reserved", CountPayments, AmountsAreInBounds),
        new("I14", "operations and entries are in the payment's currency", CountOperations, CurrenciesAgree),
        new("I15", "amounts are the sums of their journal, append only", CountPayments, AmountsAreTheirJournal, BooksAreAppendOnly),
        new("I27", "the outbox drains, side tables stay bounded", "SELECT count(*) FROM books.outbox", null, OutboxDrains),
    ];
}
