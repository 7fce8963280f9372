using Dapper;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <summary>A claim of the inbox and the record that won it.</summary>
public sealed record InboxClaim(
    string Gateway, string Account, string EventKey, string Type, string Verdict, string Topic, int Partition, long Offset);

/// <summary>A version of a payment and the event that tells it.</summary>
public sealed record StoredVersion(Guid PaymentId, int Version, string EventId, string EventType, string From, string To);

/// <summary>A payment as it is stored, amounts in minor units.</summary>
public sealed record StoredPayment(
    Guid Id, string Gateway, string Account, string GatewayPaymentId, string? Currency, string Status, int Version,
    long Authorized, long Captured, long Refunded, long RefundPending, long Disputed, long Fees);

/// <summary>One of a payment's names at its gateway.</summary>
public sealed record StoredAlias(string Gateway, string Account, string Alias, Guid PaymentId);

/// <summary>What the live view shows.</summary>
public sealed record BooksFigures(long Payments, long Events, long Outbox, long Parked, long DeadLetters);

/// <summary>Reads the books whole, for the checker and the commands; never on the apply path.</summary>
public sealed class BooksReader(NpgsqlDataSource dataSource)
{
    private const int LongSeconds = 600;

    private const string FiguresSql = """
        SELECT (SELECT count(*) FROM books.payments) AS payments,
               (SELECT count(*) FROM books.transitions) AS events,
               (SELECT count(*) FROM books.outbox) AS outbox,
               (SELECT count(*) FROM books.parked WHERE resolved_at IS NULL) AS parked,
               (SELECT count(*) FROM books.dead_letters WHERE redrive_outcome IS NULL) AS dead_letters
        """;

    public async Task<BooksFigures> FiguresAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleAsync<(long, long, long, long, long)>(
            new CommandDefinition(FiguresSql, cancellationToken: cancellationToken));
        return new BooksFigures(row.Item1, row.Item2, row.Item3, row.Item4, row.Item5);
    }

    private const string ClaimsSql = """
        SELECT gateway, account, event_key AS "EventKey", type, verdict, topic, "partition", "offset"
        FROM books.inbox
        """;

    public Task<List<InboxClaim>> ClaimsAsync(CancellationToken cancellationToken) =>
        ListAsync<InboxClaim>(ClaimsSql, null, cancellationToken);

    private const string VersionsSql = """
        SELECT payment_id AS "PaymentId", version, event_id AS "EventId", event_type AS "EventType",
               from_status AS "From", to_status AS "To"
        FROM books.transitions
        """;

    public Task<List<StoredVersion>> VersionsAsync(CancellationToken cancellationToken) =>
        ListAsync<StoredVersion>(VersionsSql, null, cancellationToken);

    private const string PaymentsSql = """
        SELECT id, gateway, account, gateway_payment_id AS "GatewayPaymentId", currency, status, version,
               authorized, captured, refunded, refund_pending AS "RefundPending", disputed, fees
        FROM books.payments
        ORDER BY id
        """;

    public Task<List<StoredPayment>> PaymentsAsync(CancellationToken cancellationToken) =>
        ListAsync<StoredPayment>(PaymentsSql, null, cancellationToken);

    private const string OfApiSql = $"""
        SELECT {PaymentRows.Columns}
        FROM books.payments p
        WHERE p.id = ANY(@ids) AND p.origin = 'api'
        """;

    /// <summary>Those of the payments that our API made, with all that the fold remembers of them.</summary>
    public async Task<List<Payment>> OfApiAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(OfApiSql, connection) { CommandTimeout = LongSeconds };
        command.Parameters.AddWithValue("ids", ids);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var payments = new List<Payment>();
        while (await row.ReadAsync(cancellationToken)) payments.Add(PaymentRows.Read(row));
        return payments;
    }

    private const string AliasesSql = """
        SELECT gateway, account, alias, payment_id AS "PaymentId"
        FROM books.payment_aliases
        """;

    public Task<List<StoredAlias>> AliasesAsync(CancellationToken cancellationToken) =>
        ListAsync<StoredAlias>(AliasesSql, null, cancellationToken);

    private const string StagedSql = """
        SELECT event_id
        FROM books.outbox
        """;

    /// <summary>The ids of the events that are staged and not yet published.</summary>
    public Task<List<string>> StagedAsync(CancellationToken cancellationToken) => ListAsync<string>(StagedSql, null, cancellationToken);

    private const string DeadSql = """
        SELECT topic, "partition", "offset"
        FROM books.dead_letters
        """;

    /// <summary>Where in the log the dead letters came from.</summary>
    public Task<List<(string Topic, int Partition, long Offset)>> DeadAsync(CancellationToken cancellationToken) =>
        ListAsync<(string, int, long)>(DeadSql, null, cancellationToken);

    private async Task<List<T>> ListAsync<T>(string sql, object? parameters, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<T>(
            new CommandDefinition(sql, parameters, commandTimeout: LongSeconds, cancellationToken: cancellationToken));
        return rows.AsList();
    }
}
