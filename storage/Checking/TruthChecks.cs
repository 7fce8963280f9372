using PaymentPipeline.Core.Events;

namespace PaymentPipeline.Storage.Checking;

/// <summary>The books say of every payment what its gateway says.</summary>
public sealed class TruthChecks(Scratch scratch)
{
    // That a refund was begun is known from the gateway's answer alone where its webhooks tell only how it ended (Adyen). An api that died
    // over the answer has lost it: of a refund that the API asked for, RefundInitiated may be missing.
    private const string FiguresSql = """
        SELECT count(*), count(*) FILTER (WHERE is_other),
            min(CASE
                WHEN books IS NULL THEN gateway || ' ' || gateway_payment_id || ' is not in the books'
                ELSE gateway || ' ' || gateway_payment_id || ': the gateway has ' || figures || ' RefundInitiated:' || initiated
                    || ', the books have ' || books || ' RefundInitiated:' || coalesce(told, 0)
                END) FILTER (WHERE is_other)
        FROM (
            SELECT *, books IS DISTINCT FROM figures OR initiated - coalesce(told, 0) NOT BETWEEN 0 AND asked AS is_other
            FROM (
                SELECT w.gateway, w.gateway_payment_id, w.figures, w.initiated, e.told,
                    (SELECT count(*) FROM books.api_operations AS o WHERE o.payment_id = p.id AND o.kind = 'Refund') AS asked,
                    p.status || ' ' || coalesce(p.currency, '') || ' ' || p.authorized || '/' || p.captured || '/' || p.refunded || '+'
                        || p.refund_pending || '/' || p.disputed || '/' || p.fees || ' ' || coalesce(e.counts, '') AS books
                FROM truth AS w
                LEFT JOIN books.payment_aliases AS a
                    ON a.gateway = w.gateway AND a.account = w.account AND a.alias = w.gateway_payment_id
                LEFT JOIN books.payments AS p ON p.id = a.payment_id
                LEFT JOIN LATERAL (
                    SELECT string_agg(event_type || ':' || count, ' ' ORDER BY event_type)
                            FILTER (WHERE event_type <> 'RefundInitiated') AS counts,
                        max(count) FILTER (WHERE event_type = 'RefundInitiated') AS told
                    FROM (
                        SELECT event_type, count(*) AS count
                        FROM books.transitions
                        WHERE payment_id = p.id
                        GROUP BY event_type) AS types) AS e ON true) AS both_sides) AS compared
        """;

    public Task<InvariantResult> CheckAsync(CancellationToken cancellationToken) =>
        scratch.CheckAsync("I10", "status, amounts and events of every payment are the gateway's", FiguresSql, cancellationToken);

    /// <summary>A payment in one text, as the statement writes it.</summary>
    /// <param name="amounts">Authorized, captured, refunded, refund pending, disputed, fees, in minor units.</param>
    /// <param name="events">How many events of each type were published; RefundInitiated is left out.</param>
    public static string Figures(string status, string currency, long[] amounts, IReadOnlyDictionary<string, int> events)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        var counted = events.Where(pair => pair.Key != EventTypes.RefundInitiated).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        var counts = string.Join(' ', counted.Select(pair => $"{pair.Key}:{pair.Value}"));
        return $"{status} {currency} {amounts[0]}/{amounts[1]}/{amounts[2]}+{amounts[3]}/{amounts[4]}/{amounts[5]} {counts}";
    }
}
