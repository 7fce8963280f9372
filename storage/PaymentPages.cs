using System.Buffers.Binary;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>Which payments; everything that is set must hold.</summary>
public sealed record PaymentFilter
{
    public string? OrderId { get; init; }
    public string? UserId { get; init; }
    public string? Gateway { get; init; }

    /// <summary>Any id by which a gateway ever named the payment.</summary>
    public string? GatewayPaymentId { get; init; }
    public PaymentStatus? Status { get; init; }

    /// <summary>Taken into the books at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Taken into the books before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The cursor: the id of the last payment of the page before; null for the first page.</summary>
    public Guid? After { get; init; }

    /// <summary>How many at most.</summary>
    public required int Limit { get; init; }
}

/// <summary>
/// Payments page by page, newest first. The order is that of the ids, which rise with time (version 7): it needs no index beside
/// the key, and a cursor is an id.
/// </summary>
public sealed class PaymentPages(NpgsqlDataSource database)
{
    /// <summary>How far the clock that made an id may be from the clock that noted the time.</summary>
    private static readonly TimeSpan clocksApart = TimeSpan.FromHours(1);

    // $1, $2 the accounts seen; $3 below this id, $4 from this id; $5 to $8 what else must hold; $9 the limit.
    private const string Conditions = $"""
        p.id < $3 AND p.id >= $4 AND {Others}
        """;
    private const string Others = """
        ($5::text IS NULL OR p.status = $5) AND ($6::text IS NULL OR p.user_id = $6)
            AND p.created_at >= $7 AND p.created_at < $8
        """;

    // Per account from the index (gateway, account, id), so that an account with little does not wait for those with much. Compared and
    // sorted as a whole, which no other index can do: with "gateway = ..." the planner walks all payments for an account that has none.
    private const string AllSql = $"""
        SELECT page.*
        FROM unnest($1, $2) AS seen (gateway, account)
        CROSS JOIN LATERAL (
            SELECT {PaymentRows.Columns}, {Snapshots.Columns}
            FROM books.payments AS p
            WHERE (p.gateway, p.account, p.id) < (seen.gateway, seen.account, $3)
                AND (p.gateway, p.account, p.id) >= (seen.gateway, seen.account, $4) AND {Others}
            ORDER BY p.gateway DESC, p.account DESC, p.id DESC
            LIMIT $9) AS page
        ORDER BY page.id DESC
        LIMIT $9
        """;

    // OFFSET 0: first the order's few, then the rest. The planner of a young shop would walk all payments in the order of their ids.
    private const string OfOrderSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM (SELECT * FROM books.payments WHERE order_id = $10 OFFSET 0) AS p
        WHERE (p.gateway, p.account) IN (SELECT * FROM unnest($1, $2)) AND {Conditions}
        ORDER BY p.id DESC
        LIMIT $9
        """;

    // From the index (user_id, id): a user may have any number.
    private const string OfUserSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM books.payments AS p
        WHERE p.user_id = $10 AND (p.gateway, p.account) IN (SELECT * FROM unnest($1, $2)) AND {Conditions}
        ORDER BY p.id DESC
        LIMIT $9
        """;

    private const string OfAliasSql = $"""
        SELECT {PaymentRows.Columns}, {Snapshots.Columns}
        FROM books.payments AS p
        WHERE p.id = ANY (ARRAY(
                SELECT named.payment_id
                FROM unnest($1, $2) AS seen (gateway, account)
                CROSS JOIN LATERAL (
                    SELECT payment_id
                    FROM books.payment_aliases
                    WHERE gateway = seen.gateway AND account = seen.account AND alias = $10
                    OFFSET 0) AS named))
            AND ($11::text IS NULL OR p.order_id = $11) AND {Conditions}
        ORDER BY p.id DESC
        LIMIT $9
        """;

    /// <summary>A page; shorter than the limit when nothing follows.</summary>
    public async Task<IReadOnlyList<PaymentSnapshot>> ListAsync(
        PaymentFilter filter, Visibility visibility, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(visibility);
        var seen = new Visibility([.. visibility.Accounts.Where(known => filter.Gateway is null || known.Gateway == filter.Gateway)]);
        var sql = filter switch
        {
            { GatewayPaymentId: not null } => OfAliasSql,
            { OrderId: not null } => OfOrderSql,
            { UserId: not null } => OfUserSql,
            _ => AllSql,
        };
        var command = new NpgsqlBatchCommand(sql)
            .Value(seen.Accounts.Select(account => account.Gateway).ToArray())
            .Value(seen.Accounts.Select(account => account.Account).ToArray())
            .Value(Earlier(filter.After, filter.To))
            .Value(filter.From is { } from ? IdAt(from - clocksApart) : Guid.Empty)
            .Value(filter.Status is { } status ? PaymentStatusNames.Of(status) : null)
            .Value(filter.UserId)
            .Value(filter.From?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch)
            .Value(filter.To?.ToUniversalTime() ?? DateTimeOffset.MaxValue.AddYears(-1))
            .Value(filter.Limit);
        if (sql == OfAliasSql) command.Value(filter.GatewayPaymentId).Value(filter.OrderId);
        else if (sql == OfOrderSql) command.Value(filter.OrderId);
        else if (sql == OfUserSql) command.Value(filter.UserId);
        return await ReadAsync(command, sql == AllSql || sql == OfUserSql ? IndexWalk.SettingsSql : FindSql, cancellationToken);
    }

    // By the index of what is asked for, also where the plan was made while the table was next to empty.
    private const string FindSql = """
        SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
        """;

    private async Task<List<PaymentSnapshot>> ReadAsync(
        NpgsqlBatchCommand command, string settings, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(settings), command } };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var page = new List<PaymentSnapshot>();
        while (await row.ReadAsync(cancellationToken)) page.Add(Snapshots.Read(row));
        return page;
    }

    /// <summary>Every id of the page is below this one.</summary>
    private static Guid Earlier(Guid? after, DateTimeOffset? to)
    {
        var before = to is { } end ? IdAt(end + clocksApart) : Guid.AllBitsSet;
        return after is { } cursor && cursor.CompareTo(before) < 0 ? cursor : before;
    }

    /// <summary>The least id of version 7 that can be made at that time, or later.</summary>
    private static Guid IdAt(DateTimeOffset time)
    {
        Span<byte> id = stackalloc byte[16];
        id.Clear();
        BinaryPrimitives.WriteInt64BigEndian(id, Math.Max(0, time.ToUnixTimeMilliseconds()) << 16);
        return new Guid(id, bigEndian: true);
    }
}
