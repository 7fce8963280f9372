using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Api.Flows;

/// <summary>The API with real books and two made-up gateways.</summary>
public sealed class MoneyFixture : IAsyncLifetime
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);
    private int _keys;

    internal ApiServer Server { get; private set; } = null!;
    internal BoothGateway Booth { get; } = new();
    internal BoothGateway Spare { get; } = new("spare");
    internal string ConnectionString { get; private set; } = "";
    private NpgsqlDataSource Database => Server.Services.GetRequiredService<NpgsqlDataSource>();

    public async Task InitializeAsync()
    {
        ConnectionString = await MigratedDatabaseAsync();
        Server = await StartAsync(ConnectionString, [Booth, Spare], "--Api:CompleterPollMs=50", "--Api:RequestDeadlineSeconds=60");
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    internal static async Task<string> MigratedDatabaseAsync()
    {
        var connectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var database = StorageRegistration.Open(new DatabaseOptions { ConnectionString = connectionString });
        await new Migrator(database).MigrateAsync(CancellationToken.None);
        return connectionString;
    }

    internal static Task<ApiServer> StartAsync(string database, BoothGateway[] gateways, params string[] settings) => ApiServer.StartAsync(
        database,
        builder =>
        {
            foreach (var gateway in gateways)
                builder.Services.AddSingleton(new GatewayRegistration(gateway.Name, _ => throw new NotSupportedException(), _ => gateway));
        },
        routes: null,
        [.. gateways.Select(gateway => $"--Gateways:{gateway.Name}:Open=true"), .. settings]);

    /// <summary>Both gateways well again, as the next test expects them.</summary>
    internal void Calm()
    {
        foreach (var gateway in new[] { Booth, Spare })
        {
            gateway.Mood = (_, _) => Mood.Fine;
            gateway.MoodOfAmount = null;
            gateway.Before = gateway.After = _ => Task.CompletedTask;
            gateway.Window = TimeSpan.FromHours(24);
            gateway.Breaker = "closed";
            gateway.ForgetsKeys = gateway.LookUpFindsNothing = false;
        }
    }

    internal string NewKey() => string.Create(CultureInfo.InvariantCulture, $"key-{Interlocked.Increment(ref _keys)}");

    /// <summary>Posts with a key of its own, unless one is given.</summary>
    internal Task<ApiAnswer> PostAsync(string path, string json, string? key = null, string? token = null) =>
        Server.SendAsync(HttpMethod.Post, path, json, token, ("Idempotency-Key", key ?? NewKey()));

    internal Task<ApiAnswer> CreateAsync(
        long amount = 1000, string method = "manual", string? key = null, string more = "", bool confirm = true, string gateway = "booth") =>
        PostAsync(
            "/v1/payments",
            string.Create(CultureInfo.InvariantCulture, $$"""
                {"orderId":"order-1","amount":{{amount}},"currency":"EUR","captureMethod":"{{method}}","gateway":"{{gateway}}",
                "confirm":{{(confirm ? "true" : "false")}}{{more}}}
                """), key);

    /// <summary>The id of a payment with that much held, or taken.</summary>
    internal async Task<string> PaidAsync(long amount = 1000, string method = "manual")
    {
        var made = await CreateAsync(amount, method);
        return made.Json.GetProperty("paymentId").GetString()!;
    }

    internal Task<ApiAnswer> CaptureAsync(string payment, long amount, string? key = null, bool final = false) => PostAsync(
        $"/v1/payments/{payment}/capture",
        string.Create(CultureInfo.InvariantCulture, $$"""{"amount":{{amount}},"final":{{(final ? "true" : "false")}}}"""), key);

    internal Task<ApiAnswer> RefundAsync(string payment, long amount, string? key = null) => PostAsync(
        "/v1/refunds", string.Create(CultureInfo.InvariantCulture, $$"""{"paymentId":"{{payment}}","amount":{{amount}}}"""), key);

    internal Task<ApiAnswer> GetAsync(string payment) => Server.GetAsync($"/v1/payments/{payment}");

    internal IReadOnlyList<Effect> EffectsOf(string payment) =>
        [.. Booth.Effects.Concat(Spare.Effects).Where(effect => effect.PaymentId == payment)];

    /// <summary>
    /// What waits for its next try, or for the end of a dead worker's lease, waits no longer. What is being settled is left alone: a
    /// transaction settles many, and two that want the same rows in two orders would wait for each other.
    /// </summary>
    internal Task HurryAsync() => ExecuteAsync("""
        UPDATE books.api_operations
        SET lease_until = clock_timestamp(), next_try_at = clock_timestamp()
        WHERE id IN (
            SELECT id
            FROM books.api_operations
            WHERE next_try_at IS NOT NULL AND state IN ('Open', 'Unknown')
            FOR UPDATE SKIP LOCKED)
        """);

    internal async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    internal async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    /// <summary>A webhook that tells the facts, folded as the processors do.</summary>
    internal Task WebhookAsync(string eventKey, params Fact[] facts) => Server.Services.GetRequiredService<PaymentStore>().CommitBatchAsync(
        [
            new IncomingRecord
            {
                Topic = "webhooks.booth",
                Partition = 0,
                Offset = Interlocked.Increment(ref _keys),
                Key = eventKey,
                Headers = [],
                Body = "{}"u8.ToArray(),
                AppendedAt = TimeProvider.System.GetUtcNow(),
                ReceivedAt = TimeProvider.System.GetUtcNow(),
                Gateway = "booth",
                Account = "default",
                Events = [new IncomingEvent(eventKey, "booth.event", (UInt128)eventKey.GetHashCode(StringComparison.Ordinal) + 7, Ignored: false, facts)],
            },
        ], "test", CancellationToken.None);
}
