namespace PaymentPipeline.Storage;

/// <summary>What must hold of the API's operations and of its callers' keys.</summary>
internal static class OperationInvariants
{
    // What a payment says is under way is what the operations say; an outcome of ours is never the opposite of the gateway's.
    private const string HoldsAreTheirOperations = """
        SELECT p.id || ': ' || p.open_operations || ' operations under way (' || coalesce(o.open, 0) || ' known), reserved '
            || p.capture_reserved || ' of ' || coalesce(o.captures, 0) || ' and ' || p.refund_reserved || ' of ' || coalesce(o.refunds, 0)
            || ', cancelling ' || p.is_cancelling
        FROM books.payments AS p
        LEFT JOIN (
            SELECT a.payment_id, count(*) AS open,
                coalesce(sum(a.reserved) FILTER (WHERE a.kind = 'Capture'), 0) AS captures,
                coalesce(sum(a.reserved) FILTER (WHERE a.kind = 'Refund'), 0) AS refunds,
                bool_or(a.kind = 'Cancel') AS cancelling
            FROM books.api_operations AS a
            WHERE a.payment_id > $1 AND a.payment_id <= $2 AND a.state IN ('Open', 'Unknown', 'Accepted')
            GROUP BY a.payment_id) AS o ON o.payment_id = p.id
        WHERE p.id > $1 AND p.id <= $2
            AND ((p.open_operations, p.is_cancelling) IS DISTINCT FROM (coalesce(o.open, 0), coalesce(o.cancelling, false))
                OR p.capture_reserved > coalesce(o.captures, 0) OR p.refund_reserved > coalesce(o.refunds, 0))
        UNION ALL
        SELECT a.gateway_key || ' is ' || a.state || ', at its gateway ' || o.status
        FROM books.api_operations AS a
        JOIN books.operations AS o
            ON o.payment_id = a.payment_id AND o.kind = a.kind AND o.gateway_reference = a.gateway_reference
                AND o.payment_id > $1 AND o.payment_id <= $2
        WHERE a.payment_id > $1 AND a.payment_id <= $2 AND a.state = 'Failed' AND o.status = 'Succeeded'
        """;

    private const string OperationsAreOne = """
        SELECT min(gateway_key) || ' is ' || count(*) || ' operations'
        FROM books.api_operations
        GROUP BY gateway, account, gateway_key
        HAVING count(*) > 1
        """;

    private const string NothingStaysInDoubt = """
        SELECT gateway_key || ' is ' || state || ' and nobody is ever going to see to it'
        FROM books.api_operations
        WHERE state IN ('Open', 'Unknown') AND next_try_at IS NULL
        UNION ALL
        SELECT gateway_key || ' is ' || state || ' and due since ' || next_try_at
        FROM books.api_operations
        WHERE next_try_at < now() - interval '2 minutes' AND lease_until < now() - interval '2 minutes'
        """;

    private const string KeysHaveOneAnswer = """
        SELECT 'the key ' || k.key || ' waits for an answer that nobody is going to give'
        FROM books.idempotency_keys AS k
        LEFT JOIN books.api_operations AS a ON a.id = k.operation_id
        WHERE k.status IS NULL AND a.next_try_at IS NULL
        UNION ALL
        SELECT 'the key ' || k.key || ' is not that of its operation ' || a.gateway_key
        FROM books.idempotency_keys AS k
        JOIN books.api_operations AS a ON a.id = k.operation_id
        WHERE (k.principal, k.key) IS DISTINCT FROM (a.principal, a.idempotency_key)
        UNION ALL
        SELECT 'operation ' || min(operation_id::text) || ' answers ' || count(*) || ' keys'
        FROM books.idempotency_keys
        WHERE operation_id IS NOT NULL
        GROUP BY operation_id
        HAVING count(*) > 1
        """;

    private const string OperationsOutliveKeys = """
        SELECT 'the key ' || k.key || ' has lost its operation'
        FROM books.idempotency_keys AS k
        WHERE k.operation_id IS NOT NULL AND NOT EXISTS (SELECT FROM books.api_operations AS a WHERE a.id = k.operation_id)
        UNION ALL
        SELECT 'the key ' || key || ' is kept for less than 30 days'
        FROM books.idempotency_keys
        WHERE expires_at < created_at + interval '30 days'
        """;

    private const string PaymentsHaveTheirCreation = """
        SELECT p.id || ' was made by the API, which knows of no such operation'
        FROM books.payments AS p
        WHERE p.id > $1 AND p.id <= $2 AND p.origin = 'api' AND NOT EXISTS (
            SELECT FROM books.api_operations AS a WHERE a.id = p.id AND a.kind = 'Create' AND a.id > $1 AND a.id <= $2)
        """;

    private const string CountOperations = "SELECT count(*) FROM books.api_operations";
    private const string CountKeys = "SELECT count(*) FROM books.idempotency_keys";

    public static Invariants.Check[] Checks { get; } =
    [
        new("I16", "an operation is one, and holds what its payment says", CountOperations, HoldsAreTheirOperations,
            OperationsAreOne),
        new("I17", "no operation stays in doubt with nobody at work", CountOperations, null, NothingStaysInDoubt),
        new("I18", "a key has one operation and one answer", CountKeys, null, KeysHaveOneAnswer),
        new("I21", "keys are kept 30 days, operations for ever", CountKeys, PaymentsHaveTheirCreation,
            OperationsOutliveKeys),
    ];
}
