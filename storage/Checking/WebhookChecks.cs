namespace PaymentPipeline.Storage.Checking;

/// <summary>
/// What holds between the log's webhooks and the inbox. The log keeps some weeks, the inbox everything: claims of records that the
/// log has dropped are counted, and held only to being older than what it has.
/// </summary>
public sealed class WebhookChecks(Scratch scratch)
{
    // The one join with all of the inbox that goes by keys; everything else asks its result.
    private const string JudgedSql = """
        CREATE TEMPORARY TABLE judged AS
        SELECT s.*, i.event_key IS NOT NULL AS is_claimed,
            coalesce(i.topic = s.topic AND i."partition" = s."partition" AND i."offset" = s."offset", false) AS has_won,
            EXISTS (
                SELECT FROM books.dead_letters AS d
                WHERE d.topic = s.topic AND d."partition" = s."partition" AND d."offset" = s."offset") AS is_dead
        FROM scanned AS s
        LEFT JOIN books.inbox AS i ON i.gateway = s.gateway AND i.account = s.account AND i.event_key = s.event_key;

        CREATE TEMPORARY TABLE won AS
        SELECT DISTINCT topic, "partition", "offset", gateway, account, event_key
        FROM judged
        WHERE has_won;

        CREATE TEMPORARY TABLE bodies AS
        SELECT gateway, account, body, count(DISTINCT (topic, "partition", "offset")) AS copies
        FROM scanned
        GROUP BY gateway, account, body;

        ANALYZE judged;
        ANALYZE won;
        ANALYZE bodies;
        """;

    // A record is appended soon after it is received: what the log dropped was received before what it has.
    private const string ClaimsSql = """
        SELECT count(*) FILTER (WHERE c.is_within), count(*) FILTER (WHERE c.is_older), count(*) FILTER (WHERE c.is_offence),
            min(c.gateway || ' ' || c.event_key || ' was claimed by ' || c.topic || '/' || c."partition" || ':' || c."offset"
                || ', which does not hold it') FILTER (WHERE c.is_offence)
        FROM (
            SELECT i.gateway, i.event_key, i.topic, i."partition", i."offset",
                coalesce(i."offset" >= r.first AND (i."offset" < r.next OR i."offset" >= r."end"), false) AS is_within,
                coalesce(i."offset" < r.first, false) AS is_older,
                CASE
                    WHEN w.event_key IS NOT NULL THEN false
                    WHEN EXISTS (
                        SELECT FROM books.dead_letters AS d
                        WHERE d.topic = i.topic AND d."partition" = i."partition" AND d."offset" = i."offset") THEN false
                    WHEN i."offset" < r.first THEN coalesce(i.received_at > r.first_at + interval '1 hour', false)
                    WHEN i."offset" >= r.next AND i."offset" < r."end" THEN false
                    ELSE true
                END AS is_offence
            FROM books.inbox AS i
            LEFT JOIN ranges AS r ON r.topic = i.topic AND r."partition" = i."partition"
            LEFT JOIN won AS w ON w.topic = i.topic AND w."partition" = i."partition" AND w."offset" = i."offset"
                AND w.gateway = i.gateway AND w.account = i.account AND w.event_key = i.event_key) AS c
        """;

    private const string ForgedSql = """
        SELECT count(*), count(*) FILTER (WHERE is_forged), min(gateway || ' ' || encode(body, 'hex') || ' was forged and is in the log')
            FILTER (WHERE is_forged)
        FROM (
            SELECT b.gateway, b.account, b.body,
                EXISTS (SELECT FROM sent AS s WHERE (s.gateway, s.account, s.body) = (b.gateway, b.account, b.body) AND s.is_forged)
                AND NOT EXISTS (
                    SELECT FROM sent AS s WHERE (s.gateway, s.account, s.body) = (b.gateway, b.account, b.body) AND NOT s.is_forged)
                AS is_forged
            FROM bodies AS b) AS known
        """;

    private const string AcceptedSql = """
        SELECT count(*), count(*) FILTER (WHERE coalesce(b.copies, 0) < s.accepted),
            min(s.gateway || ' ' || encode(s.body, 'hex') || ' was accepted ' || s.accepted || ' times, the log has '
                || coalesce(b.copies, 0)) FILTER (WHERE coalesce(b.copies, 0) < s.accepted)
        FROM sent AS s
        LEFT JOIN bodies AS b ON b.gateway = s.gateway AND b.account = s.account AND b.body = s.body
        WHERE NOT s.is_forged AND s.accepted > 0
        """;

    private const string OnceSql = """
        SELECT count(*), count(*) FILTER (WHERE NOT is_claimed AND NOT is_dead),
            min(gateway || ' ' || event_key || ' at ' || topic || '/' || "partition" || ':' || "offset" || ' has no inbox row')
                FILTER (WHERE NOT is_claimed AND NOT is_dead)
        FROM judged
        WHERE is_committed AND event_key IS NOT NULL
        """;

    private const string FinishedSql = """
        SELECT count(*), count(*) FILTER (WHERE NOT is_finished),
            min(topic || '/' || "partition" || ':' || "offset" || ' is below the committed offset and unfinished')
                FILTER (WHERE NOT is_finished)
        FROM (
            SELECT topic, "partition", "offset", bool_and(is_dead OR is_readable AND (event_key IS NULL OR is_claimed)) AS is_finished
            FROM judged
            WHERE is_committed
            GROUP BY topic, "partition", "offset") AS records
        """;

    private const string ConservationSql = """
        SELECT count(DISTINCT (topic, "partition", "offset")), count(event_key),
            count(DISTINCT (gateway, account, event_key)) FILTER (WHERE event_key IS NOT NULL),
            count(DISTINCT (gateway, account, event_key)) FILTER (WHERE is_claimed),
            count(DISTINCT (topic, "partition", "offset")) FILTER (WHERE NOT is_readable),
            (SELECT count(*) FROM won),
            (SELECT count(*) FROM books.dead_letters AS d
             JOIN ranges AS r ON r.topic = d.topic AND r."partition" = d."partition" AND d."offset" >= r.first)
        FROM judged
        """;

    /// <param name="hasTruth">The gateways' truth was taken in, too.</param>
    public async Task<IReadOnlyList<InvariantResult>> CheckAsync(bool hasTruth, CancellationToken cancellationToken)
    {
        await scratch.RunAsync(JudgedSql, cancellationToken);
        var (within, claims) = await ClaimsAsync(hasTruth, cancellationToken);
        var accepted = hasTruth
            ? await scratch.CheckAsync("I1", "every accepted webhook is in the log, byte for byte", AcceptedSql, cancellationToken)
            : new InvariantResult("I1", "every accepted webhook is in the log: not checked, there is no ground truth here", 0, 0, null);
        return
        [
            accepted,
            await scratch.CheckAsync("I2", "every event in the log is claimed exactly once", OnceSql, cancellationToken),
            claims,
            await ConservationAsync(within, cancellationToken),
            await scratch.CheckAsync("I31", "nothing below the committed offset is unfinished", FinishedSql, cancellationToken),
        ];
    }

    private async Task<(long Within, InvariantResult Result)> ClaimsAsync(bool hasTruth, CancellationToken cancellationToken)
    {
        long within, older;
        InvariantResult result;
        await using (var command = scratch.Command(ClaimsSql))
        await using (var row = await command.ExecuteReaderAsync(cancellationToken))
        {
            await row.ReadAsync(cancellationToken);
            (within, older) = (row.GetInt64(0), row.GetInt64(1));
            var claim = hasTruth ? "every claim has its record in the log, every record a genuine request"
                : "every claim has its record in the log";
            if (older > 0) claim += FormattableString.Invariant($" ({older:N0} claims are older than the log)");
            result = new InvariantResult("I3", claim, within, row.GetInt64(2), row.Text(3));
        }
        if (!hasTruth) return (within, result);
        var forged = await scratch.CheckAsync("I3", "", ForgedSql, cancellationToken);
        return (within, result with
        {
            Counted = result.Counted + forged.Counted,
            Violations = result.Violations + forged.Violations,
            Example = result.Example ?? forged.Example,
        });
    }

    private async Task<InvariantResult> ConservationAsync(long claims, CancellationToken cancellationToken)
    {
        await using var command = scratch.Command(ConservationSql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var (records, events, keys, claimed, unreadable) =
            (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
        var (won, dead) = (row.GetInt64(5), row.GetInt64(6));
        var offences = new List<string>();
        if (keys - claimed > dead || unreadable > dead) offences.Add(
            $"{events} events in {records} records = {claimed} claimed + {events - keys} duplicates + {keys - claimed} without a claim, but only {dead} dead letters; {unreadable} records are unreadable");
        if (claims > won && unreadable == 0)
            offences.Add($"the inbox has {claims} claims of these records, but they hold only {won} of them");
        return new InvariantResult(
            "I4", "log = applied + duplicate + ignored + parked + quarantined", records, offences.Count, offences.FirstOrDefault());
    }
}
