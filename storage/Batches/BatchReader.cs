using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Reads, and locks in the order of their ids, everything that a batch names: one round trip for all of it.</summary>
internal static class BatchReader
{
    public static async Task<BatchState> ReadAsync(
        NpgsqlConnection connection, IReadOnlyList<IncomingRecord> records, CancellationToken cancellationToken)
    {
        var names = Names.Of(records);
        var ours = names.Aliases.Where(alias => Identifiers.TryParse(Identifiers.PaymentPrefix, alias.Name, out _)).ToList();
        var state = new BatchState();
        await using (var batch = new NpgsqlBatch(connection))
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SettingsSql));
            AddIfAny(batch, ClaimsSql, names.Claims);
            AddIfAny(batch, DeliveriesSql, names.Deliveries);
            AddIfAny(batch, PayoutRows.SelectSql, names.Payouts);
            AddIfAny(batch, MethodRows.SelectSql, names.Methods);
            AddIfAny(batch, LockPaymentsSql, ours);
            if (names.Aliases.Count > 0) AddPayments(batch, names.Aliases);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            if (names.Claims.Count > 0) await ReadClaimsAsync(reader, state, cancellationToken);
            if (names.Deliveries.Count > 0) await ReadDeliveriesAsync(reader, state, cancellationToken);
            if (names.Payouts.Count > 0) await ReadPayoutsAsync(reader, state, cancellationToken);
            if (names.Methods.Count > 0) await ReadMethodsAsync(reader, state, cancellationToken);
            if (ours.Count > 0) await reader.NextResultAsync(cancellationToken);
            if (names.Aliases.Count > 0) await ReadPaymentsAsync(reader, state, cancellationToken);
        }
        await ReadUsersAsync(connection, state, names.Owners, cancellationToken);
        await ReadWhatWaitingFactsNameAsync(connection, state, [.. names.Aliases], cancellationToken);
        await OperationRows.ReadOpenAsync(connection, state, cancellationToken);
        return state;
    }

    /// <summary>The same for methods that an API reply names.</summary>
    public static async Task<BatchState> ReadMethodsAsync(
        NpgsqlConnection connection, IReadOnlyList<Fact> facts, CancellationToken cancellationToken)
    {
        var state = new BatchState();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SettingsSql));
        Add(batch, MethodRows.SelectSql, Names.Of(facts).Methods);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await ReadMethodsAsync(reader, state, cancellationToken);
        return state;
    }

    private const string ParkedSql = """
        SELECT p.id, p.event_key, p.fact
        FROM books.parked AS p
        WHERE p.id = ANY ($1) AND p.resolved_at IS NULL
        ORDER BY p.id
        FOR UPDATE SKIP LOCKED
        """;

    /// <summary>The same for facts that wait: <paramref name="parked"/> receives those which nobody else has in hand.</summary>
    public static async Task<BatchState> ReadParkedAsync(
        NpgsqlConnection connection, long[] ids, List<WaitingFact> parked, CancellationToken cancellationToken)
    {
        await using (var command = new NpgsqlCommand(ParkedSql, connection))
        {
            command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = ids });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                parked.Add(ReadWaiting(reader));
        }
        var state = new BatchState();
        foreach (var waiting in parked) state.AddWaiting(waiting);
        await ReadWhatWaitingFactsNameAsync(connection, state, [], cancellationToken);
        await OperationRows.ReadOpenAsync(connection, state, cancellationToken);
        return state;
    }

    /// <summary>A fact that waited may name ids which no record of the batch names, and others may wait for those.</summary>
    public static async Task ReadWhatWaitingFactsNameAsync(
        NpgsqlConnection connection, BatchState state, HashSet<GatewayName> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            var more = state.Waiting.Keys.Where(read.Add).ToList();
            if (more.Count == 0) return;
            await ReadNamedAsync(connection, state, more, cancellationToken);
        }
    }

    /// <summary>Reads and locks payments by name, with the facts that wait for one of the names.</summary>
    public static async Task ReadNamedAsync(
        NpgsqlConnection connection, BatchState state, IReadOnlyCollection<GatewayName> names, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        AddPayments(batch, names);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await ReadPaymentsAsync(reader, state, cancellationToken);
    }

    // Every join here is "these few names against one index". A plan that was made while a table was still empty must not
    // scan it when it is large, and the planner must not spend time on choosing. The OFFSET 0 below keep the search of each name by
    // itself: in a table that held one row when it was analysed, the planner walks all of it and holds each row against all names.
    public const string SettingsSql = """
        SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
            set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),
            set_config('plan_cache_mode', 'force_generic_plan', true), set_config('lock_timeout', '5s', true)
        """;

    private const string ClaimsSql = """
        SELECT n.gateway, n.account, n.name, i.content_hash, i.verdict = 'quarantined'
        FROM unnest($1, $2, $3) AS n (gateway, account, name)
        CROSS JOIN LATERAL (
            SELECT content_hash, verdict
            FROM books.inbox
            WHERE gateway = n.gateway AND account = n.account AND event_key = n.name
            OFFSET 0) AS i
        """;

    private const string DeliveriesSql = """
        SELECT n.gateway, n.account, n.name, d.body_hash
        FROM unnest($1, $2, $3) AS n (gateway, account, name)
        CROSS JOIN LATERAL (
            SELECT body_hash
            FROM books.inbox_deliveries
            WHERE gateway = n.gateway AND account = n.account AND delivery_id = n.name
            OFFSET 0) AS d
        """;

    // A webhook often meets the API while that settles the same payment. What the API adds (the gateway's ids) is seen by a statement
    // that begins after its commit, not by the one that waited for it: so this one waits, and the next reads. Only for payments that
    // name our id: at others the API seldom works, and then the key of payment_aliases refuses and the batch is tried again.
    private const string LockPaymentsSql = $"""
        SELECT p.id
        FROM {NamedPayments}
        CROSS JOIN LATERAL (
            SELECT id
            FROM books.payments
            WHERE id = named.payment_id
            FOR UPDATE) AS p
        """;

    // A row per alias named. An alias that another worker makes after this read is missing here, so its payment is founded a
    // second time, which the key of payment_aliases refuses, and the batch is tried again.
    private const string PaymentsSql = $"""
        SELECT {PaymentRows.Columns}, named.alias
        FROM {NamedPayments}
        CROSS JOIN LATERAL (
            SELECT *
            FROM books.payments
            WHERE id = named.payment_id
            FOR UPDATE) AS p
        """;

    // Sorted before the payments are looked for: they are locked in the order in which they are found.
    private const string NamedPayments = """
        (
            SELECT n.name AS alias, a.payment_id
            FROM unnest($1, $2, $3) AS n (gateway, account, name)
            CROSS JOIN LATERAL (
                SELECT payment_id
                FROM books.payment_aliases
                WHERE gateway = n.gateway AND account = n.account AND alias = n.name
                OFFSET 0) AS a
            ORDER BY a.payment_id
            OFFSET 0) AS named
        """;

    private const string WaitingSql = """
        SELECT p.id, p.event_key, p.fact
        FROM books.parked AS p
        WHERE p.resolved_at IS NULL AND p.id = ANY (ARRAY(
            SELECT found.parked_id
            FROM unnest($1, $2, $3) AS n (gateway, account, name)
            CROSS JOIN LATERAL (
                SELECT a.parked_id
                FROM books.parked_aliases AS a
                WHERE a.gateway = n.gateway AND a.account = n.account AND a.alias = n.name
                OFFSET 0) AS found))
        ORDER BY p.id
        FOR UPDATE OF p
        """;

    // Two users never share a customer: should somebody have made it so, the older one is told.
    private const string UsersSql = """
        SELECT n.gateway, n.account, n.name, c.user_id
        FROM unnest($1, $2, $3) AS n (gateway, account, name)
        CROSS JOIN LATERAL (
            SELECT user_id
            FROM books.gateway_customers
            WHERE gateway = n.gateway AND account = n.account AND gateway_customer_id = n.name
            ORDER BY created_at, user_id
            LIMIT 1) AS c
        """;

    /// <summary>Who of our users a method's owner is, where the gateway named its customer.</summary>
    public static async Task ReadUsersAsync(
        NpgsqlConnection connection, BatchState state, IReadOnlyCollection<GatewayName> owners, CancellationToken cancellationToken)
    {
        if (owners.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, UsersSql, owners);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) state.Users[Name(reader)] = reader.GetString(3);
    }

    public static void AddPayments(NpgsqlBatch batch, IReadOnlyCollection<GatewayName> aliases) => AddPayments(batch, aliases, aliases);

    /// <param name="waitedFor">The same with names whose payments are at hand already.</param>
    public static void AddPayments(
        NpgsqlBatch batch, IReadOnlyCollection<GatewayName> aliases, IReadOnlyCollection<GatewayName> waitedFor)
    {
        Add(batch, PaymentsSql, aliases);
        Add(batch, WaitingSql, waitedFor);
    }

    private static void AddIfAny(NpgsqlBatch batch, string sql, IReadOnlyCollection<GatewayName> names)
    {
        if (names.Count > 0) Add(batch, sql, names);
    }

    public static void Add(NpgsqlBatch batch, string sql, IReadOnlyCollection<GatewayName> names)
    {
        var rows = names as IReadOnlyList<GatewayName> ?? [.. names];
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)
            .Column(rows, name => name.Gateway)
            .Column(rows, name => name.Account)
            .Column(rows, name => name.Name));
    }

    private static WaitingFact ReadWaiting(NpgsqlDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), FactJson.Read(row.GetFieldValue<byte[]>(2)), claim: null);

    private static GatewayName Name(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2));

    private static async Task ReadClaimsAsync(NpgsqlDataReader reader, BatchState state, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
            state.Claims[Name(reader)] = new KnownClaim(ContentHashes.ToNumber(reader.GetGuid(3)), reader.GetBoolean(4));
        await reader.NextResultAsync(cancellationToken);
    }

    private static async Task ReadDeliveriesAsync(NpgsqlDataReader reader, BatchState state, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken)) state.Deliveries[Name(reader)] = reader.GetFieldValue<byte[]>(3);
        await reader.NextResultAsync(cancellationToken);
    }

    private static async Task ReadPayoutsAsync(NpgsqlDataReader reader, BatchState state, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var payout = PayoutRows.Read(reader);
            state.Payouts[new(payout.Gateway, payout.Account, payout.GatewayPayoutId)] = new PayoutEntry(payout, isNew: false);
        }
        await reader.NextResultAsync(cancellationToken);
    }

    public static async Task ReadMethodsAsync(NpgsqlDataReader reader, BatchState state, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var method = MethodRows.Read(reader);
            state.Methods[new(method.Gateway, method.Account, method.GatewayToken)] = new MethodEntry(method, isNew: false);
        }
        await reader.NextResultAsync(cancellationToken);
    }

    public static async Task ReadPaymentsAsync(NpgsqlDataReader reader, BatchState state, CancellationToken cancellationToken)
    {
        // A payment read before (by another alias) keeps its entry: two copies would overwrite each other.
        var entries = state.Payments.Values.DistinctBy(entry => entry.Payment.Id).ToDictionary(entry => entry.Payment.Id);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!entries.TryGetValue(reader.GetGuid(0), out var entry))
            {
                entry = new PaymentEntry(PaymentRows.Read(reader), isNew: false, PaymentRows.ReadHolds(reader));
                entries.Add(entry.Payment.Id, entry);
            }
            state.Payments[new(entry.Payment.Gateway, entry.Payment.Account, reader.GetString(PaymentRows.ColumnsCount))] = entry;
        }
        await reader.NextResultAsync(cancellationToken);

        while (await reader.ReadAsync(cancellationToken))
            state.AddWaiting(ReadWaiting(reader));
    }
}
