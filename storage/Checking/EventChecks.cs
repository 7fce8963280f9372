using Npgsql;

namespace PaymentPipeline.Storage.Checking;

/// <summary>A version in the books that was found neither on the topic nor in the outbox.</summary>
public sealed record MissingVersion(Guid PaymentId, int Version, string EventId, string EventType, DateTimeOffset RecordedAt);

/// <summary>What holds between <c>payment.events</c> and the versions in the books.</summary>
public sealed class EventChecks(Scratch scratch)
{
    // An event leaves the outbox when the log has it. One that is in neither was published before this snapshot, or never.
    private const string MissingSql = """
        SELECT t.payment_id, t.version, t.event_id, t.event_type, t.recorded_at
        FROM books.transitions AS t
        WHERE t.recorded_at >= $1
            AND NOT EXISTS (SELECT FROM published AS p WHERE p.payment_id = t.payment_id AND p.version = t.version)
            AND NOT EXISTS (SELECT FROM books.outbox AS o WHERE o.event_id = t.event_id)
        """;

    /// <summary>To be asked for before the topic's tail is read, which may hold some of them.</summary>
    /// <param name="since">Versions recorded before it are older than what the topic has.</param>
    /// <param name="isExpected">Leaves out what its own partition has dropped.</param>
    /// <param name="atMost">That are kept; more are as wrong as these.</param>
    public async Task<IReadOnlyList<MissingVersion>> MissingAsync(
        DateTimeOffset since, Func<MissingVersion, bool> isExpected, int atMost, CancellationToken cancellationToken)
    {
        await using var command = scratch.Command(MissingSql).With(since);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var missing = new List<MissingVersion>();
        while (missing.Count < atMost && await row.ReadAsync(cancellationToken))
        {
            var one = new MissingVersion(
                row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4));
            if (isExpected(one)) missing.Add(one);
        }
        return missing;
    }

    private const string StillMissingSql = """
        SELECT (SELECT count(*) FROM books.transitions WHERE recorded_at >= $3), count(*),
            min(m.event_id || ' ' || m.event_type || ' is neither published nor staged')
        FROM unnest($1, $2, $4, $5) AS m (payment_id, version, event_id, event_type)
        WHERE NOT EXISTS (SELECT FROM published AS p WHERE p.payment_id = m.payment_id AND p.version = m.version)
        """;

    private const string RepeatsSql = """
        SELECT count(*), count(*) FILTER (WHERE differ), min(event_id || ' was published again with other bytes') FILTER (WHERE differ)
        FROM (
            SELECT min(event_id) AS event_id, count(DISTINCT (event_id, hash)) > 1 AS differ
            FROM published
            GROUP BY payment_id, version) AS versions
        """;

    // By the place at which each version came first. Where the log has dropped something, the first version there may be any.
    private const string OrderSql = """
        SELECT count(*), count(*) FILTER (WHERE offence IS NOT NULL), min(offence)
        FROM (
            SELECT CASE
                WHEN min(f."partition") <> max(f."partition") THEN f.payment_id || ' has versions in several partitions'
                WHEN bool_or(f.version < f.earlier) THEN f.payment_id || ' has a version that came first after a higher one'
                WHEN max(f.version) - min(f.version) + 1 <> count(*) OR min(f.version) <> 1 AND bool_or(r.first = 0)
                    THEN f.payment_id || ' has ' || count(*) || ' published versions, ' || min(f.version) || ' to ' || max(f.version)
                END AS offence
            FROM (
                SELECT payment_id, version, "partition", "offset",
                    max(version) OVER (
                        PARTITION BY payment_id ORDER BY "offset" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
                FROM (
                    SELECT payment_id, version, min("partition") AS "partition", min("offset") AS "offset"
                    FROM published
                    GROUP BY payment_id, version) AS firsts) AS f
            JOIN ranges AS r ON r.topic = 'payment.events' AND r."partition" = f."partition"
            GROUP BY f.payment_id) AS payments
        """;

    private const string GhostsSql = """
        SELECT count(*), count(*) FILTER (WHERE t.payment_id IS NULL),
            min(p.event_id || ' is on payment.events but not in the books') FILTER (WHERE t.payment_id IS NULL)
        FROM published AS p
        LEFT JOIN books.transitions AS t ON t.payment_id = p.payment_id AND t.version = p.version AND t.event_id = p.event_id
        """;

    /// <param name="since">As it was given to <see cref="MissingAsync"/>.</param>
    public async Task<IReadOnlyList<InvariantResult>> CheckAsync(
        IReadOnlyList<MissingVersion> missing, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var repeats = await scratch.CheckAsync("I24", "", RepeatsSql, cancellationToken);
        var claim = since == DateTimeOffset.MinValue ? "every version is published, repeats are identical"
            : FormattableString.Invariant(
                $"every version since {since.UtcDateTime:yyyy-MM-dd HH:mm:ss} is published, repeats are identical");
        return
        [
            await scratch.CheckAsync("I23", "versions of a payment are gapless, ascending, in one partition", OrderSql, cancellationToken),
            Sum(await StillMissingAsync(claim, missing, since, cancellationToken), repeats),
            await scratch.CheckAsync("I25", "every event has its version in the books", GhostsSql, cancellationToken),
        ];
    }

    private async Task<InvariantResult> StillMissingAsync(
        string claim, IReadOnlyList<MissingVersion> missing, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = scratch.Command(StillMissingSql)
            .With<Guid[]>([.. missing.Select(one => one.PaymentId)]).With<int[]>([.. missing.Select(one => one.Version)])
            .With(since)
            .With<string[]>([.. missing.Select(one => one.EventId)]).With<string[]>([.. missing.Select(one => one.EventType)]);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new InvariantResult("I24", claim, row.GetInt64(0), row.GetInt64(1), row.Text(2));
    }

    private static InvariantResult Sum(InvariantResult one, InvariantResult other) => one with
    {
        Counted = one.Counted + other.Counted,
        Violations = one.Violations + other.Violations,
        Example = one.Example ?? other.Example,
    };
}
