namespace PaymentPipeline.Load.Growth;

/// <summary>
/// One chunk of grown payments in one statement. Each is a Stripe payment authorised, captured and done, with exactly the rows that
/// the fold of its facts would have written (a test holds them against the fold): four claims, two aliases, three versions, one
/// capture, one movement of money. Their claims name the topic "growth": there are no such records in the log.
/// </summary>
internal static class GrowthSql
{
    /// <summary>
    /// $1, $2: numbers of the first and the last payment; $3: prefix of the ids; $4: account; $5: when payment 0 was made;
    /// $6: seconds from one to the next.
    /// </summary>
    public const string Chunk = """
        WITH numbered AS (
            SELECT n, lpad(n::text, 10, '0') AS name, 500 + n * 7919 % 100000 AS amount,
                date_trunc('second', $5::timestamptz + n * $6::float8 * interval '1 second') AS at
            FROM generate_series($1::bigint, $2::bigint) AS n
        ), named AS (
            SELECT n, amount, at, 'pi_' || $3::text || name AS intent, 'ch_' || $3 || name AS charge, 'evt_' || $3 || name AS event,
                'order-' || $3 || name AS order_id, 'user-' || $3 || n / 10 AS user_id,
                extract(epoch FROM at)::bigint AS second, md5('pay' || $3 || n) AS random
            FROM numbered
        ), grown AS MATERIALIZED (
            SELECT *, 'RequiresPaymentMethod:' || intent || '@' || second AS first_key,
                621355968000000000 + second * 10000000 AS ticks,
                lpad(to_hex(second * 1000 + n % 1000), 12, '0') || '7' || substr(random, 1, 3) || '8' || substr(random, 4, 15) AS hex
            FROM named
        ), payments AS (
            INSERT INTO books.payments (
                id, gateway, account, gateway_payment_id, origin, order_id, user_id, currency, status, version,
                amount, authorized, captured, refunded, refund_pending, disputed, fees, memory, created_at, updated_at)
            SELECT hex::uuid, 'stripe', $4::text, intent, 'external', order_id, user_id, 'EUR', 'SUCCEEDED', 3,
                amount, amount, amount, 0, 0, 0, 0,
                format('{"k":["Authorized=:%1$s","Captured=:%1$s","%2$s"],"ct":%1$s,"al":%1$s,"ah":%1$s,"n":%1$s,"m":5,'
                    || '"s":[%3$s,"%2$s","RequiresPaymentMethod"],"o":[%3$s,"%2$s","%4$s"],"u":[%3$s,"%2$s","%5$s"]}',
                    amount, first_key, ticks, order_id, user_id)::jsonb,
                at, at + interval '61 seconds'
            FROM grown
        ), aliases AS (
            INSERT INTO books.payment_aliases (gateway, account, alias, payment_id)
            SELECT 'stripe', $4, alias, hex::uuid
            FROM grown
            CROSS JOIN LATERAL (VALUES (intent), (charge)) AS names (alias)
        ), operations AS (
            INSERT INTO books.operations (
                id, payment_id, kind, gateway_reference, amount, currency, status, occurred_at, recorded_at)
            SELECT (substr(hex, 1, 12) || '7' || substr(hash, 2, 3)
                    || substr('89ab89ab89ab89ab', 1 + ('x' || substr(hash, 5, 1))::bit(4)::integer, 1) || substr(hash, 6, 15))::uuid,
                hex::uuid, 'Capture', intent || ':total', amount, 'EUR', 'Succeeded', at + interval '60 seconds', at + interval '61 seconds'
            FROM grown
            CROSS JOIN LATERAL (
                SELECT encode(sha256(convert_to(hex || '|capture|' || intent || ':total', 'UTF8')), 'hex')) AS derived (hash)
        ), transitions AS (
            INSERT INTO books.transitions (
                payment_id, version, from_status, to_status, cause, event_id, event_type, inbox_key, occurred_at, recorded_at)
            SELECT hex::uuid, version, from_status, to_status, cause || '=:' || amount, 'pay_' || hex || '.' || version, event_type,
                event || told_by, at + after, at + after + interval '1 second'
            FROM grown
            CROSS JOIN (VALUES
                (1, 'REQUIRES_PAYMENT_METHOD', 'AUTHORIZED', 'Authorized', 'PaymentAuthorized', 2, interval '2 seconds'),
                (2, 'AUTHORIZED', 'SUCCEEDED', 'Captured', 'PaymentCaptured', 3, interval '60 seconds'),
                (3, 'SUCCEEDED', 'SUCCEEDED', 'Captured', 'PaymentSucceeded', 3, interval '60 seconds')
            ) AS versions (version, from_status, to_status, cause, event_type, told_by, after)
        ), movements AS (
            INSERT INTO books.journal (
                owner, kind, cause, gateway, gateway_account, debit_account, credit_account, amount, currency, occurred_at, recorded_at)
            SELECT hex::uuid, 'Capture', 'Captured=:' || amount, 'stripe', $4, 'GatewayBalance', 'Sales', amount, 'EUR',
                at + interval '60 seconds', at + interval '61 seconds'
            FROM grown
        )
        INSERT INTO books.inbox (
            gateway, account, event_key, content_hash, type, verdict, payment_id, topic, "partition", "offset", received_at, applied_at)
        SELECT 'stripe', $4, event || number, md5(event || number)::uuid, type, 'applied', hex::uuid, 'growth', 0, 4 * n + number,
            at + after, at + after + interval '1 second'
        FROM grown
        CROSS JOIN (VALUES
            (1, 'payment_intent.created', interval '0 seconds'),
            (2, 'payment_intent.amount_capturable_updated', interval '2 seconds'),
            (3, 'charge.captured', interval '60 seconds'),
            (4, 'payment_intent.succeeded', interval '60 seconds')
        ) AS events (number, type, after)
        """;

    /// <summary>Bytes of the grown tables with their indexes.</summary>
    public const string Size = """
        SELECT sum(pg_total_relation_size(('books.' || name)::regclass))::bigint
        FROM unnest(ARRAY['inbox', 'payments', 'payment_aliases', 'operations', 'transitions', 'journal']) AS name
        """;

    /// <summary>Each alone: a vacuum has no transaction.</summary>
    public static readonly string[] Vacuums =
    [
        "VACUUM (ANALYZE) books.inbox", "VACUUM (ANALYZE) books.payments", "VACUUM (ANALYZE) books.payment_aliases",
        "VACUUM (ANALYZE) books.operations", "VACUUM (ANALYZE) books.transitions", "VACUUM (ANALYZE) books.journal",
    ];
}
