using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage;

/// <summary>
/// The commit: everything that a batch of records does to the books, in one transaction.
/// <list type="number">
/// <item>Read the claims and deliveries that exist already; read and lock, in the order of their ids, every payment, payout and
/// method named, and the facts that wait for one of those names.</item>
/// <item>Fold in memory, record by record (<see cref="BatchFold"/>).</item>
/// <item>Write claims, payments, aliases, operations, transitions, journal, parked facts, dead letters and the audit row: a statement
/// per table.</item>
/// <item>Publish the events: in the log itself where that is in this database (<see cref="JoinedPublication"/>), else by the
/// outbox.</item>
/// <item>Commit, in one round trip with 3 and 4. If the answer is lost, the same batch again is right: what was committed is found as
/// duplicates.</item>
/// </list>
/// Two round trips as a rule, whatever the size of the batch.
/// </summary>
public sealed class PaymentStore(
    NpgsqlDataSource database, IOptions<DatabaseOptions> options, TimeProvider time, StorageMetrics metrics, ILogger<PaymentStore> logger,
    JoinedPublication? publication = null)
{
    private readonly Races _races = new(time, metrics, logger);
    private readonly TimeSpan _parkedDeadline = TimeSpan.FromSeconds(options.Value.ParkedDeadlineSeconds);

    /// <summary>Folds and stores the records, in their order. All of them or none.</summary>
    /// <param name="worker">For the audit row: who did it.</param>
    /// <exception cref="NpgsqlException">See <see cref="DatabaseErrors.Classify"/> for whose fault it is.</exception>
    public Task<BatchResult> CommitBatchAsync(
        IReadOnlyList<IncomingRecord> records, string worker, CancellationToken cancellationToken) =>
        _races.RetryAsync(async () =>
        {
            if (publication is not null) await publication.PrepareAsync(cancellationToken);
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var state = await BatchReader.ReadAsync(connection, records, cancellationToken);
            var fold = new BatchFold(state, time.GetUtcNow());
            foreach (var record in records) fold.Take(record);
            return await CommitAsync(connection, fold, records, worker);
        }, cancellationToken);

    /// <summary>
    /// Folds facts that wait: those whose payment is known by now, or, with <paramref name="found"/>, each into an external
    /// payment of its own making, since nobody is going to tell of theirs.
    /// </summary>
    public Task<BatchResult> SettleParkedAsync(long[] parkedIds, bool found, string worker, CancellationToken cancellationToken) =>
        _races.RetryAsync(async () =>
        {
            if (publication is not null) await publication.PrepareAsync(cancellationToken);
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var parked = new List<WaitingFact>();
            var state = await BatchReader.ReadParkedAsync(connection, parkedIds, parked, cancellationToken);
            var fold = new BatchFold(state, time.GetUtcNow());
            foreach (var waiting in parked) fold.Settle(waiting, found);
            return await CommitAsync(connection, fold, [], worker);
        }, cancellationToken);

    private async Task<BatchResult> CommitAsync(
        NpgsqlConnection connection, BatchFold fold, IReadOnlyList<IncomingRecord> records, string worker)
    {
        var now = time.GetUtcNow();
        var published = await BatchWriter.CommitAsync(
            connection, fold.Draft, records, worker, now, now + _parkedDeadline, publication: publication);
        return fold.Draft.Result() with { Published = published };
    }
}
