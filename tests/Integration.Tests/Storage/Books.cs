using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>Migrated books in a database of their own, and short ways to fill and to read them.</summary>
public sealed class Books : IAsyncLifetime
{
    private long _offset;

    public string ConnectionString { get; private set; } = "";
    public NpgsqlDataSource Database { get; private set; } = null!;
    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    public PaymentStore Store { get; private set; } = null!;
    public OperationStore Operations { get; private set; } = null!;
    public PaymentQueries Payments => new(Database);

    public async Task InitializeAsync()
    {
        var server = await PostgresServer.SharedAsync();
        ConnectionString = await server.CreateDatabaseAsync();
        var options = new DatabaseOptions { ConnectionString = ConnectionString };
        Database = StorageRegistration.Open(options);
        await new Migrator(Database).MigrateAsync(CancellationToken.None);
        // Retries wait by the real clock: nobody advances the other one here.
        Store = new PaymentStore(
            Database, Options.Create(options), TimeProvider.System, new StorageMetrics(), NullLogger<PaymentStore>.Instance);
        Operations = new OperationStore(
            Database, Options.Create(options), TimeProvider.System, new StorageMetrics(), NullLogger<OperationStore>.Instance);
    }

    public async Task DisposeAsync() => await Database.DisposeAsync();

    public static Money Euro(long amount) =>
        Currencies.TryGet("EUR", out var euro) ? new Money(amount, euro) : throw new InvalidOperationException("No euro.");

    /// <summary>A fact about the payment of that reference.</summary>
    public static Fact Fact(
        FactKind kind, string reference, string id, long? amount = null, bool founds = true, params string[] aliases) => new()
    {
        Gateway = "stripe",
        Account = "default",
        Kind = kind,
        Key = FactKey.Of(kind, id),
        Reference = reference,
        Aliases = [reference, .. aliases],
        FoundsPayment = founds,
        OccurredAt = new DateTimeOffset(2026, 11, 21, 11, 0, 0, TimeSpan.Zero),
        PartId = id,
        Amount = amount is { } minor ? Euro(minor) : null,
    };

    public static IncomingEvent Event(string key, params Fact[] facts) =>
        new(key, "test.event", (UInt128)key.Length + 7, Ignored: false, facts);

    public IncomingRecord Record(params IncomingEvent[] events) => new()
    {
        Topic = "webhooks.stripe",
        Partition = 0,
        Offset = _offset++,
        Key = "key",
        Headers = [KeyValuePair.Create("gateway", "stripe")],
        Body = "{}"u8.ToArray(),
        AppendedAt = Time.GetUtcNow(),
        ReceivedAt = Time.GetUtcNow(),
        Gateway = "stripe",
        Account = "default",
        Events = events,
    };

    public Task<BatchResult> CommitAsync(params IncomingRecord[] records) =>
        Store.CommitBatchAsync(records, "test", CancellationToken.None);

    /// <summary>One event of one fact in a record of its own.</summary>
    public Task<BatchResult> CommitAsync(string eventKey, params Fact[] facts) => CommitAsync(Record(Event(eventKey, facts)));

    public Task<Payment?> FindAsync(string alias) => Payments.FindAsync("stripe", "default", alias, CancellationToken.None);

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<T>(sql, parameters)];
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }
}
