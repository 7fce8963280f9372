using Dapper;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <summary>A payment as it is stored, amounts in minor units.</summary>
public sealed record StoredPayment(
    Guid Id, string Gateway, string Account, string GatewayPaymentId, string? Currency, string Status, int Version,
    long Authorized, long Captured, long Refunded, long RefundPending, long Disputed, long Fees);

/// <summary>One of a payment's names at its gateway.</summary>
public sealed record StoredAlias(string Gateway, string Account, string Alias, Guid PaymentId);

/// <summary>What the live view shows.</summary>
public sealed record BooksFigures(long Payments, long Events, long Outbox, long Parked, long DeadLetters);

/// <summary>Reads for the checker and the commands; never on the apply path.</summary>
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

    /// <summary>How many events wait to be published.</summary>
    public async Task<long> OutboxAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT count(*) FROM books.outbox");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string SampleSql = """
        SELECT id, gateway, account, gateway_payment_id, currency, status, version, authorized, captured, refunded, refund_pending,
            disputed, fees
        FROM (
            SELECT *, row_number() OVER (ORDER BY id DESC) AS number, count(*) OVER () AS count
            FROM (SELECT * FROM books.payments ORDER BY id DESC LIMIT $1) AS newest) AS numbered
        WHERE number % greatest(1, count / $2) = 0
        """;

    /// <summary>About <paramref name="size"/> payments, evenly over the newest.</summary>
    public async Task<List<StoredPayment>> SampleAsync(long newest, int size, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(SampleSql).With(newest).With(size);
        command.CommandTimeout = LongSeconds;
        return await command.ListAsync(row => new StoredPayment(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.Text(4), row.GetString(5), row.GetInt32(6),
            row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12)), cancellationToken);
    }

    private const string ToldBeforeSql = $"""
        SELECT {PaymentRows.Columns}
        FROM books.payments AS p
        WHERE p.id = ANY ($1) AND (p.origin = 'api' OR EXISTS (
            SELECT FROM books.inbox AS i
            JOIN unnest($2, $3, $4) AS kept (topic, "partition", first)
                ON kept.topic = i.topic AND kept."partition" = i."partition" AND i."offset" < kept.first
            WHERE i.payment_id = p.id))
        """;

    /// <summary>
    /// Those of the payments that our API made, or that were told by records which the log has dropped, with all that the fold remembers of
    /// them.
    /// </summary>
    public async Task<List<Payment>> ToldBeforeAsync(
        Guid[] ids, IReadOnlyList<(string Topic, int Partition, long First)> kept, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ToldBeforeSql)
            .With(ids).With<string[]>([.. kept.Select(one => one.Topic)]).With<int[]>([.. kept.Select(one => one.Partition)])
            .With<long[]>([.. kept.Select(one => one.First)]);
        command.CommandTimeout = LongSeconds;
        return await command.ListAsync(row => PaymentRows.Read(row), cancellationToken);
    }

    private const string AliasesSql = """
        SELECT gateway, account, alias, payment_id
        FROM books.payment_aliases
        WHERE payment_id = ANY ($1)
        """;

    public async Task<List<StoredAlias>> AliasesAsync(Guid[] paymentIds, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(AliasesSql).With(paymentIds);
        return await command.ListAsync(
            row => new StoredAlias(row.GetString(0), row.GetString(1), row.GetString(2), row.GetGuid(3)), cancellationToken);
    }
}
