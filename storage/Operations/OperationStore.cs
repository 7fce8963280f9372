using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>
/// The API's operations: begun before the gateway is asked, settled with its facts. A transaction each, no network call in it.
/// <list type="number">
/// <item>Begin: claim the key; lock the payment; check the rules; reserve; record the operation with a lease.</item>
/// <item>The caller asks the gateway.</item>
/// <item>Settle: fold the facts as a webhook's are; settle or release; store the answer with the key.</item>
/// </list>
/// Locks are always taken in the order payment, operation, key; only a fresh key comes first. A worker that dies loses its lease
/// after <see cref="LeaseSeconds"/>: the same request, or the completer, takes the operation over under the next epoch.
/// </summary>
public sealed class OperationStore(
    NpgsqlDataSource database, IOptions<DatabaseOptions> options, TimeProvider time, StorageMetrics metrics, ILogger<OperationStore> logger)
{
    /// <summary>Longer than any call to a gateway may take (25 s), with its retries.</summary>
    public const int LeaseSeconds = 60;

    /// <summary>Common transactions at a time, of creations and of settlements: one waits for the disk while the other works.</summary>
    private const int Lanes = 2;

    /// <summary>Operations in one transaction: their payments are locked as long as it takes.</summary>
    private const int AtMost = 100;

    /// <summary>
    /// What has to wait before a second transaction goes beside the first: what one costs is hardly its rows (docs/decisions/0020). Under
    /// load one that is stuck behind a lock is overtaken all the same.
    /// </summary>
    private const int WorthALane = 32;

    private readonly Races _races = new(time, metrics, logger);
    private readonly OperationBeginning _beginning = new(database, time);
    private readonly GroupCommit<(OperationStart Start, NewPayment Asked), OperationBegin?> _creations = Creations(
        new(database, time), new(time, metrics, logger));
    private readonly GroupCommit<OperationSettlement, SettledOperation> _settlements = Settlements(
        new(database, time, TimeSpan.FromSeconds(options.Value.ParkedDeadlineSeconds)), new(time, metrics, logger));

    private static GroupCommit<(OperationStart Start, NewPayment Asked), OperationBegin?> Creations(
        OperationBeginning beginning, Races races) =>
        new(starts => AloneAgainAsync(races, starts.Count, () => beginning.CreateAsync(starts, CancellationToken.None)),
            Lanes, AtMost, WorthALane);

    private static GroupCommit<OperationSettlement, SettledOperation> Settlements(OperationEnding ending, Races races) =>
        new(settlements => AloneAgainAsync(
            races, settlements.Count, () => ending.SettleAsync(settlements, CancellationToken.None)), Lanes, AtMost, WorthALane);

    /// <summary>A race that is lost in company is run again in halves; alone, as often as a race is.</summary>
    private static Task<T> AloneAgainAsync<T>(Races races, int count, Func<Task<T>> transaction) =>
        count > 1 ? transaction() : races.RetryAsync(transaction, CancellationToken.None);

    /// <summary>Transaction 1: claims the key, locks or makes the payment, checks the rules, reserves, records the operation.</summary>
    public async Task<OperationBegin> BeginAsync(OperationStart start, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        if (start.Amount is <= 0 || start.Payment?.Amount.AmountMinor is <= 0)
            throw new ArgumentException("An operation is about an amount above zero.", nameof(start));
        while (true)
        {
            var begun = start.Payment is { } payment
                ? await _creations.RunAsync((start, payment)).WaitAsync(cancellationToken)
                : await _races.RetryAsync(() => _beginning.BeginAsync(start, cancellationToken), cancellationToken);

            // Null: the key is taken. When it is gone again a moment later (its first owner was turned away), it can be claimed.
            if ((begun ?? await ResumeAsync(start.Claim, cancellationToken)) is { } known) return known;
        }
    }

    /// <summary>Transaction 2: folds the facts, settles or releases the reservation, stores the answer. Safe to call again.</summary>
    /// <remarks>
    /// An answer of another payment, currency or amount than was asked for moves nothing: the operation becomes Unknown with the
    /// failure <c>mismatched_reply</c>, and the facts a dead letter. An outcome that a webhook told meanwhile stands.
    /// </remarks>
    /// <exception cref="LeaseLostException">Somebody else took the operation over.</exception>
    public Task<SettledOperation> SettleAsync(OperationSettlement settlement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settlement);
        return _settlements.RunAsync(settlement).WaitAsync(cancellationToken);
    }

    private const string TakeOverSql = $"""
        WITH due AS (
            SELECT o.id
            FROM books.api_operations AS o
            WHERE o.next_try_at <= statement_timestamp() AND o.lease_until <= statement_timestamp()
            ORDER BY o.next_try_at
            LIMIT $1
            FOR UPDATE SKIP LOCKED)
        {LeaseSql}
        """;

    private const string TakeOverOneSql = $"""
        WITH due AS (
            SELECT o.id
            FROM books.api_operations AS o
            WHERE o.id = $1 AND o.lease_until <= clock_timestamp() AND (
                o.state IN ('Open', 'Unknown', 'Accepted') OR o.next_try_at IS NOT NULL)
            FOR UPDATE SKIP LOCKED)
        {LeaseSql}
        """;

    private const string LeaseSql = $"""
        UPDATE books.api_operations AS o
        SET lease_epoch = o.lease_epoch + 1, tries = o.tries + 1, updated_at = clock_timestamp(),
            lease_until = clock_timestamp() + interval '60 seconds', next_try_at = clock_timestamp() + interval '60 seconds'
        FROM due, books.payments AS p
        WHERE o.id = due.id AND p.id = o.payment_id
        RETURNING {OperationRows.Columns}, {PaymentRows.Columns}, {Snapshots.Columns}
        """;

    /// <summary>
    /// For the completer: takes over operations whose lease ran out or whose next try is due, oldest first, and for
    /// <see cref="OperationBegin.Unresolved"/> one by id. The epoch rises with each take-over.
    /// </summary>
    /// <remarks>An operation in a final state is among them when a webhook told its outcome and its key still has no answer:
    /// settle it in that state to answer.</remarks>
    public async Task<IReadOnlyList<OperationBegin.Begun>> TakeOverAsync(int atMost, Guid? only, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(only is null ? TakeOverSql : TakeOverOneSql);
        if (only is { } id) command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        else command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = atMost });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var taken = new List<OperationBegin.Begun>();
        while (await reader.ReadAsync(cancellationToken))
            taken.Add(new OperationBegin.Begun(
                OperationRows.Read(reader).Operation, Snapshots.Read(reader, OperationRows.ColumnsCount), IsResumed: true));
        return [.. taken.OrderBy(begun => begun.Operation.StartedAt)];
    }

    private const string MoveSql = """
        WITH locked AS (
            SELECT p.id
            FROM books.payments AS p
            WHERE p.id = $1
            FOR UPDATE),
        moved AS (
            UPDATE books.api_operations AS o
            SET gateway = $3, account = $4, updated_at = clock_timestamp()
            FROM locked
            WHERE o.id = locked.id AND o.lease_epoch = $2 AND o.kind = 'Create' AND o.state = 'Open'
            RETURNING o.id),
        named AS (
            INSERT INTO books.payment_aliases (gateway, account, alias, payment_id)
            SELECT $3, $4, $5, id
            FROM moved)
        UPDATE books.payments AS p
        SET gateway = $3, account = $4, updated_at = $6
        FROM moved
        WHERE p.id = moved.id
        """;

    /// <summary>
    /// Gives a new payment to another account before that is asked: where nothing can have happened at the one before. The payment
    /// gets its name there, so that webhooks which overtake the reply find it.
    /// </summary>
    /// <exception cref="LeaseLostException">Somebody else took the operation over.</exception>
    public async Task<OperationBegin.Begun> MoveAsync(
        OperationBegin.Begun begun, string gateway, string account, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(begun);
        var (operation, snapshot, now) = (begun.Operation, begun.Snapshot, time.GetUtcNow());
        await using var command = database.CreateCommand(MoveSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = operation.PaymentId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = operation.LeaseEpoch });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = gateway });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = snapshot.Payment.GatewayPaymentId });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now });
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            throw new LeaseLostException($"Operation {operation.Id} is no longer at epoch {operation.LeaseEpoch}.");
        return begun with
        {
            Operation = operation with { Gateway = gateway, Account = account },
            Snapshot = snapshot with
            {
                Payment = snapshot.Payment with { Gateway = gateway, Account = account },
                Details = snapshot.Details with { UpdatedAt = now },
            },
        };
    }

    // Of what is under way and well only those would be read whose lease has run out: that of an open operation ends at next_try_at.
    private const string BacklogSql = """
        SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(o.started_at)), 0)::float8
        FROM (
            SELECT started_at
            FROM books.api_operations
            WHERE state = 'Unknown' AND next_try_at IS NOT NULL
            UNION ALL
            SELECT started_at
            FROM books.api_operations
            WHERE state = 'Open' AND next_try_at <= statement_timestamp() AND lease_until <= statement_timestamp()) AS o
        """;

    /// <summary>How many operations have an outcome that nobody knows, and since when.</summary>
    public async Task<OperationBacklog> BacklogAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BatchReader.SettingsSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(BacklogSql));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OperationBacklog(reader.GetInt64(0), TimeSpan.FromSeconds(reader.GetDouble(1)));
    }

    /// <summary>What a key says that was used before, as <see cref="BeginAsync"/> would; null when it is new.</summary>
    public Task<OperationBegin?> RecallAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return ResumeAsync(claim, cancellationToken);
    }

    /// <summary>What a key that is taken says; null when it is gone.</summary>
    private async Task<OperationBegin?> ResumeAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        if (await IdempotencyRow.ReadAsync(database, claim, cancellationToken) is not { } known) return null;
        if (!known.Fingerprint.AsSpan().SequenceEqual(claim.Fingerprint)) return new OperationBegin.KeyReused();
        if (known.Answer is { } answer) return new OperationBegin.Replayed(answer);
        return known.OperationId is { } id && await TakeOverAsync(1, id, cancellationToken) is [var begun]
            ? begun
            : new OperationBegin.InFlight();
    }
}
