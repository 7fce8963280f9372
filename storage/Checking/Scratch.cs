using Npgsql;
using NpgsqlTypes;

namespace PaymentPipeline.Storage.Checking;

/// <summary>One event of a record of a webhook topic, read again from its bytes; a record without events has one without a key.</summary>
/// <param name="BodyHash">SHA-256.</param>
/// <param name="IsCommitted">The processors had finished with the record before the books were asked.</param>
public readonly record struct ScannedEvent(
    string Topic, int Partition, long Offset, string Gateway, string Account, string? EventKey, byte[] BodyHash, bool IsReadable,
    bool IsCommitted);

/// <summary>A record of <c>payment.events</c> that tells of a payment.</summary>
public readonly record struct PublishedVersion(int Partition, long Offset, Guid PaymentId, int Version, string EventId, byte[] Hash);

/// <param name="First">The first offset that the log had when it was read.</param>
/// <param name="Next">Where the reading ended.</param>
/// <param name="End">Where the log ended afterwards.</param>
/// <param name="FirstAt">When the first record was appended; null when there is none.</param>
public readonly record struct ReadRange(string Topic, int Partition, long First, long Next, long End, DateTimeOffset? FirstAt);

/// <summary>A webhook that a gateway's truth knows of.</summary>
public readonly record struct SentBody(string Gateway, string Account, byte[] BodyHash, int Accepted, bool IsForged);

/// <summary>What a gateway's truth says of a payment, in one text, as <see cref="TruthChecks"/> writes it of the books.</summary>
/// <param name="Initiated">RefundInitiated events, which are not in the text.</param>
public readonly record struct TrueFigures(string Gateway, string Account, string GatewayPaymentId, string Figures, int Initiated);

/// <summary>
/// What the checker read elsewhere, in temporary tables of one connection, so that the server compares it with the books: by joins that
/// go to the disk when they must, whatever the size. Nothing of it outlives the connection.
/// </summary>
public sealed class Scratch : IAsyncDisposable
{
    private const int LongSeconds = 3600;

    private const string TablesSql = """
        SET statement_timeout = 0;
        SET work_mem = '128MB';
        SET plan_cache_mode = force_custom_plan;
        CREATE TEMPORARY TABLE scanned (
            topic text COLLATE "C", "partition" integer, "offset" bigint, gateway text COLLATE "C", account text COLLATE "C",
            event_key text COLLATE "C", body bytea, is_readable boolean, is_committed boolean);
        CREATE TEMPORARY TABLE published (
            "partition" integer, "offset" bigint, payment_id uuid, version integer, event_id text COLLATE "C", hash bytea);
        CREATE TEMPORARY TABLE ranges (
            topic text COLLATE "C", "partition" integer, first bigint, next bigint, "end" bigint, first_at timestamptz);
        CREATE TEMPORARY TABLE sent (
            gateway text COLLATE "C", account text COLLATE "C", body bytea, accepted integer, is_forged boolean);
        CREATE TEMPORARY TABLE truth (
            gateway text COLLATE "C", account text COLLATE "C", gateway_payment_id text COLLATE "C", figures text COLLATE "C",
            initiated integer);
        """;

    private Scratch(NpgsqlConnection connection) => Connection = connection;

    internal NpgsqlConnection Connection { get; }

    public static async Task<Scratch> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var scratch = new Scratch(await database.OpenConnectionAsync(cancellationToken));
        await scratch.RunAsync(TablesSql, cancellationToken);
        return scratch;
    }

    public Task TakeAsync(IAsyncEnumerable<ScannedEvent> events, CancellationToken cancellationToken) => CopyAsync(
        "scanned", events, async (row, one) =>
        {
            await row.WriteAsync(one.Topic, cancellationToken);
            await row.WriteAsync(one.Partition, cancellationToken);
            await row.WriteAsync(one.Offset, cancellationToken);
            await row.WriteAsync(one.Gateway, cancellationToken);
            await row.WriteAsync(one.Account, cancellationToken);
            if (one.EventKey is { } key) await row.WriteAsync(key, cancellationToken);
            else await row.WriteNullAsync(cancellationToken);
            await row.WriteAsync(one.BodyHash, cancellationToken);
            await row.WriteAsync(one.IsReadable, cancellationToken);
            await row.WriteAsync(one.IsCommitted, cancellationToken);
        }, cancellationToken);

    public Task TakeAsync(IAsyncEnumerable<PublishedVersion> versions, CancellationToken cancellationToken) => CopyAsync(
        "published", versions, async (row, one) =>
        {
            await row.WriteAsync(one.Partition, cancellationToken);
            await row.WriteAsync(one.Offset, cancellationToken);
            await row.WriteAsync(one.PaymentId, cancellationToken);
            await row.WriteAsync(one.Version, cancellationToken);
            await row.WriteAsync(one.EventId, cancellationToken);
            await row.WriteAsync(one.Hash, cancellationToken);
        }, cancellationToken);

    public Task TakeAsync(IEnumerable<ReadRange> ranges, CancellationToken cancellationToken) => CopyAsync(
        "ranges", ranges.ToAsyncEnumerable(), async (row, one) =>
        {
            await row.WriteAsync(one.Topic, cancellationToken);
            await row.WriteAsync(one.Partition, cancellationToken);
            await row.WriteAsync(one.First, cancellationToken);
            await row.WriteAsync(one.Next, cancellationToken);
            await row.WriteAsync(one.End, cancellationToken);
            if (one.FirstAt is { } at) await row.WriteAsync(at.UtcDateTime, NpgsqlDbType.TimestampTz, cancellationToken);
            else await row.WriteNullAsync(cancellationToken);
        }, cancellationToken);

    public Task TakeAsync(IEnumerable<SentBody> bodies, CancellationToken cancellationToken) => CopyAsync(
        "sent", bodies.ToAsyncEnumerable(), async (row, one) =>
        {
            await row.WriteAsync(one.Gateway, cancellationToken);
            await row.WriteAsync(one.Account, cancellationToken);
            await row.WriteAsync(one.BodyHash, cancellationToken);
            await row.WriteAsync(one.Accepted, cancellationToken);
            await row.WriteAsync(one.IsForged, cancellationToken);
        }, cancellationToken);

    public Task TakeAsync(IEnumerable<TrueFigures> payments, CancellationToken cancellationToken) => CopyAsync(
        "truth", payments.ToAsyncEnumerable(), async (row, one) =>
        {
            await row.WriteAsync(one.Gateway, cancellationToken);
            await row.WriteAsync(one.Account, cancellationToken);
            await row.WriteAsync(one.GatewayPaymentId, cancellationToken);
            await row.WriteAsync(one.Figures, cancellationToken);
            await row.WriteAsync(one.Initiated, cancellationToken);
        }, cancellationToken);

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    internal async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal NpgsqlCommand Command(string sql) => new(sql, Connection) { CommandTimeout = LongSeconds };

    /// <summary>Runs a statement that gives: how many were looked at, how many offend, the least offence.</summary>
    internal async Task<InvariantResult> CheckAsync(string id, string claim, string sql, CancellationToken cancellationToken)
    {
        await using var command = Command(sql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new InvariantResult(id, claim, row.GetInt64(0), row.GetInt64(1), row.Text(2));
    }

    private async Task CopyAsync<T>(
        string table, IAsyncEnumerable<T> rows, Func<NpgsqlBinaryImporter, T, Task> write, CancellationToken cancellationToken)
    {
        await using (var copy = await Connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT binary)", cancellationToken))
        {
            copy.Timeout = TimeSpan.FromSeconds(LongSeconds);
            await foreach (var one in rows.WithCancellation(cancellationToken))
            {
                await copy.StartRowAsync(cancellationToken);
                await write(copy, one);
            }
            await copy.CompleteAsync(cancellationToken);
        }
        await RunAsync($"ANALYZE {table}", cancellationToken);
    }
}
