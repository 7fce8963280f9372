using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage.PaymentMethods;

/// <summary>What came of storing what a gateway told of a user's methods.</summary>
/// <param name="Methods">As they stand now.</param>
/// <param name="IsAnothers">One of them belongs to another user: nothing was stored.</param>
public sealed record SettledMethods(IReadOnlyList<PaymentMethod> Methods, bool IsAnothers);

/// <summary>The users' stored ways to pay. They change through facts, by the same fold as a webhook's; only the default is ours.</summary>
public sealed class MethodStore(
    NpgsqlDataSource database, IOptions<DatabaseOptions> options, TimeProvider time, StorageMetrics metrics, ILogger<MethodStore> logger)
{
    private readonly Races _races = new(time, metrics, logger);
    private readonly TimeSpan _parkedDeadline = TimeSpan.FromSeconds(options.Value.ParkedDeadlineSeconds);

    private const string OfUserSql = $"""
        SELECT {MethodRows.Columns}
        FROM books.payment_methods AS m
        WHERE m.user_id = $1 AND NOT m.is_removed AND (m.gateway, m.account) IN (SELECT * FROM unnest($2, $3))
        ORDER BY m.id
        """;

    /// <summary>The user's methods that are not removed, oldest first.</summary>
    public async Task<IReadOnlyList<PaymentMethod>> OfUserAsync(string userId, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OfUserSql).With(userId).With(visibility);
        return await command.ListAsync(MethodRows.Read, cancellationToken);
    }

    private const string GetSql = $"""
        SELECT {MethodRows.Columns}
        FROM books.payment_methods AS m
        WHERE m.id = $1 AND (m.gateway, m.account) IN (SELECT * FROM unnest($2, $3))
        """;

    /// <summary>Removed ones too. Null when there is none that may be seen.</summary>
    public async Task<PaymentMethod?> GetAsync(Guid id, Visibility visibility, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(GetSql).With(id).With(visibility);
        return (await command.ListAsync(MethodRows.Read, cancellationToken)).FirstOrDefault();
    }

    /// <summary>Locks all of the user's methods, so that two choices at once come one after the other.</summary>
    private const string LockSql = $"""
        {OfUserSql}
        FOR UPDATE OF m
        """;

    private const string ForgetSql = """
        UPDATE books.payment_methods
        SET is_default = false, default_of = NULL, version = $2, updated_at = $3
        WHERE id = $1
        """;

    private const string ChooseSql = """
        UPDATE books.payment_methods
        SET is_default = true, default_of = $4, version = $2, updated_at = $3
        WHERE id = $1
        """;

    /// <summary>
    /// Makes a method the user's one default, or none with a null id. Told by DefaultPaymentMethodChanged: of the new default, or of
    /// the old one when there is none any more.
    /// </summary>
    /// <param name="tenant">Whose user it is.</param>
    /// <returns>The default now; null for none. False in <c>Found</c>: the user has no such method, and nothing changed.</returns>
    public Task<(bool Found, PaymentMethod? Default)> ChooseDefaultAsync(
        string tenant, string userId, Guid? id, Visibility visibility, CancellationToken cancellationToken) =>
        _races.RetryAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(LockSql, connection).With(userId).With(visibility);
            var methods = await command.ListAsync(MethodRows.Read, cancellationToken);
            var chosen = methods.Find(method => method.Id == id);
            if (id is not null && chosen is null) return (false, null);
            if (chosen is { IsDefault: true }) return (true, chosen);

            var now = time.GetUtcNow();
            await using var batch = new NpgsqlBatch(connection);
            var told = new List<OutboxRow>();
            foreach (var old in methods.Where(method => method.IsDefault))
            {
                // With a new default the old one is not told of, so that one choice is one event.
                var forgotten = PaymentMethodFold.Choose(old, isDefault: false, now);
                if (chosen is null) told.AddRange(RowsOf(forgotten));
                var version = chosen is null ? forgotten.Method.Version : old.Version;
                batch.BatchCommands.Add(new NpgsqlBatchCommand(ForgetSql).Value(old.Id).Value(version).Value(now));
            }
            if (chosen is not null)
            {
                var result = PaymentMethodFold.Choose(chosen, isDefault: true, now);
                chosen = result.Method;
                told.AddRange(RowsOf(result));
                batch.BatchCommands.Add(
                    new NpgsqlBatchCommand(ChooseSql).Value(chosen.Id).Value(chosen.Version).Value(now).Value(tenant));
            }
            if (told.Count > 0) batch.BatchCommands.Add(OutboxRows.Insert(OutboxRows.Of(told), now));
            if (batch.BatchCommands.Count == 0) return (true, null);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(CancellationToken.None);
            return (true, chosen);
        }, cancellationToken);

    private static IEnumerable<OutboxRow> RowsOf(PaymentMethodFoldResult result) =>
        result.Events.Select(told => new OutboxRow(told, result.Method.Gateway, result.Method.Account, TraceParent: null));

    /// <summary>
    /// Folds what a gateway's API answered about methods of a user: no inbox claim, the facts' keys make them one with the webhooks'.
    /// </summary>
    public Task<SettledMethods> SettleAsync(IReadOnlyList<Fact> facts, string userId, CancellationToken cancellationToken) =>
        _races.RetryAsync(async () =>
        {
            var owned = facts.Select(fact => fact with { UserId = fact.UserId ?? userId }).ToList();
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var state = await BatchReader.ReadMethodsAsync(connection, owned, cancellationToken);
            var now = time.GetUtcNow();
            var fold = new BatchFold(state, now);
            if (fold.TakeReply(null, null, owned, $"methods of {userId}") is { } refusal)
                throw new InvalidOperationException($"What the gateway told of methods cannot be taken: {refusal.Error}");

            var methods = owned.Select(fact => state.Methods[new(fact.Gateway, fact.Account, fact.Reference)].Method).Distinct().ToList();
            if (methods.Exists(method => method.UserId != userId)) return new SettledMethods([], IsAnothers: true);
            await BatchWriter.CommitAsync(connection, fold.Draft, [], "api", now, now + _parkedDeadline);
            return new SettledMethods(methods, IsAnothers: false);
        }, cancellationToken);

    private const string CustomerSql = """
        SELECT gateway_customer_id
        FROM books.gateway_customers
        WHERE gateway = $1 AND account = $2 AND user_id = $3
        """;

    /// <summary>The user as the gateway's customer; null when the gateway knows none.</summary>
    public async Task<string?> CustomerAsync(string userId, string gateway, string account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CustomerSql).With(gateway).With(account).With(userId);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private const string KeepCustomerSql = """
        INSERT INTO books.gateway_customers (gateway, account, user_id, gateway_customer_id, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (gateway, account, user_id) DO UPDATE SET created_at = gateway_customers.created_at
        RETURNING gateway_customer_id
        """;

    /// <summary>Notes the customer that a gateway made for the user, and returns the one that counts: the first.</summary>
    public async Task<string> KeepCustomerAsync(
        string userId, string gateway, string account, string gatewayCustomerId, CancellationToken cancellationToken)
    {
        // Nearly every reply names a customer that is known: that is read, not written again.
        if (await CustomerAsync(userId, gateway, account, cancellationToken) is { } known) return known;
        await using var command = database.CreateCommand(KeepCustomerSql)
            .With(gateway).With(account).With(userId).With(gatewayCustomerId).With(time.GetUtcNow());
        return (string?)await command.ExecuteScalarAsync(cancellationToken) ?? gatewayCustomerId;
    }
}
