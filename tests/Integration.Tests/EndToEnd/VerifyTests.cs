using System.Text.Json;
using Npgsql;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EndToEnd;

/// <summary>
/// verify can fail: a shop is played once, and then each invariant is broken on purpose, in a copy of the database of its own.
/// </summary>
[Collection("EndToEnd")]
public sealed class VerifyTests(PlayedShop shop) : IClassFixture<PlayedShop>
{
    /// <summary>Invariant, and the SQL of somebody who can do everything and should not.</summary>
    public static TheoryData<string, string> Sabotage => new()
    {
        { "I1", "UPDATE eventlog.records SET value = value || '\\x20' WHERE (topic_id, partition, log_offset) IN (SELECT topic_id, partition, log_offset FROM eventlog.records JOIN eventlog.topics t ON t.id = topic_id WHERE t.name = 'webhooks.stripe' AND record_count = 1 LIMIT 1)" },
        { "I2", "DELETE FROM books.inbox WHERE event_key = (SELECT min(event_key) FROM books.inbox WHERE verdict = 'applied')" },
        { "I3", "INSERT INTO books.inbox SELECT gateway, account, 'evt_phantom', content_hash, type, verdict, payment_id, topic, partition, 999999999, received_at, applied_at FROM books.inbox LIMIT 1" },
        { "I4", "INSERT INTO books.inbox SELECT gateway, account, 'evt_phantom', content_hash, type, verdict, payment_id, topic, partition, 999999999, received_at, applied_at FROM books.inbox LIMIT 1" },
        { "I8", "UPDATE books.payments SET version = version + 1 WHERE id = (SELECT min(id::text)::uuid FROM books.payments)" },
        { "I9", "UPDATE books.payments SET fees = fees + 1" },
        { "I10", "UPDATE books.payments SET status = 'CANCELED' WHERE status = 'SUCCEEDED'" },
        { "I11", "ALTER TABLE books.journal DROP CONSTRAINT journal_amount_check; UPDATE books.journal SET amount = 0 WHERE id = (SELECT min(id) FROM books.journal)" },
        { "I12", "UPDATE books.journal SET owner = gen_random_uuid() WHERE id = (SELECT min(id) FROM books.journal)" },
        { "I13", "ALTER TABLE books.payments DROP CONSTRAINT payments_refunded_within_captured; UPDATE books.payments SET refunded = captured + 1 WHERE captured > 0" },
        { "I14", "UPDATE books.operations SET currency = 'XTS' WHERE id = (SELECT min(id::text)::uuid FROM books.operations)" },
        { "I15", "UPDATE books.journal SET amount = amount + 1 WHERE id = (SELECT min(id) FROM books.journal)" },
        { "I16", "UPDATE books.payments SET open_operations = open_operations + 1 WHERE id = (SELECT min(id::text)::uuid FROM books.payments)" },
        { "I17", "INSERT INTO books.api_operations SELECT id, id, 'Create', 'Unknown', gateway, account, 1, 'EUR', 0, 0, false, NULL, '', 'forgotten', NULL, NULL, NULL, 'p', 'k', 1, 1, now() - interval '1 hour', now() - interval '1 hour', now(), now(), NULL FROM books.payments WHERE origin = 'external' LIMIT 1" },
        { "I18", "INSERT INTO books.idempotency_keys VALUES ('p', 'k', decode(repeat('00', 32), 'hex'), NULL, NULL, NULL, NULL, NULL, NULL, now(), now() + interval '31 days')" },
        { "I21", "UPDATE books.payments SET origin = 'api' WHERE origin = 'external'" },
        { "I23", "DELETE FROM eventlog.records WHERE (topic_id, partition, log_offset) IN (SELECT topic_id, partition, min(log_offset) FROM eventlog.records JOIN eventlog.topics t ON t.id = topic_id WHERE t.name = 'payment.events' GROUP BY 1, 2)" },
        { "I24", "UPDATE books.transitions SET version = version + 100, event_id = event_id || '00' WHERE (payment_id, version) IN (SELECT payment_id, max(version) FROM books.transitions GROUP BY payment_id LIMIT 1)" },
        { "I25", "DELETE FROM books.transitions WHERE version = 1" },
        { "I26", "DELETE FROM eventlog.records WHERE (topic_id, partition, log_offset) IN (SELECT topic_id, partition, min(log_offset) FROM eventlog.records JOIN eventlog.topics t ON t.id = topic_id WHERE t.name = 'webhooks.stripe' GROUP BY 1, 2 HAVING count(*) > 1 LIMIT 1)" },
        { "I27", "INSERT INTO books.outbox (shard, topic, key, event_id, event_type, payload, created_at) VALUES (0, 'payment.events', 'k', 'forgotten.1', 'PaymentSucceeded', '\\x7b7d', now() - interval '1 hour')" },
        { "I31", "DELETE FROM books.inbox WHERE event_key = (SELECT max(event_key) FROM books.inbox WHERE verdict = 'applied')" },
    };

    [Fact]
    public async Task The_shop_as_it_was_played_is_clean()
    {
        var (status, results) = await shop.VerifyAsync(shop.ConnectionString);

        Assert.All(results, result => Assert.Equal(0, result.Violations));
        Assert.Equal(0, status);
        Assert.Superset(Sabotage.Select(row => (string)row[0]).ToHashSet(), results.Select(result => result.Id).ToHashSet());
    }

    [Theory, MemberData(nameof(Sabotage))]
    public async Task A_broken_invariant_is_reported(string id, string sabotage)
    {
        var copy = await shop.CopyAsync(id);
        await ExecuteAsync(copy, $"SET session_replication_role = replica; {sabotage}");

        var (status, results) = await shop.VerifyAsync(copy);

        Assert.Equal(1, status);
        Assert.Contains(results, result => result.Id == id && result.Violations > 0 && result.Example is not null);
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var command = database.CreateCommand(sql);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync());
    }
}

public sealed record VerifyLine(string Id, string Claim, long Counted, long Violations, string? Example);

/// <summary>A shop played once through the whole system, on a database that outlives it.</summary>
public sealed class PlayedShop : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);
    private readonly string _folder = PipelineRun.NewFolder();

    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        ConnectionString = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var run = PipelineRun.Start(_folder, ConnectionString, ["up", "--once", "--orders", "80", "--seed", "21", "--data", _folder, "--port-base", $"{PipelineRun.FreePorts()}"], ownsFolder: false);
        await using (run)
        {
            var status = await run.WaitAsync(Limit);
            Assert.True(status == 0, run.Output);
        }
        NpgsqlConnection.ClearAllPools();
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A copy of the database, made by the server from files.</summary>
    public async Task<string> CopyAsync(string name)
    {
        var original = new NpgsqlConnectionStringBuilder(ConnectionString);
        var copy = $"{original.Database}_{name.ToLowerInvariant()}";
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { Database = "postgres" });
        await using var command = database.CreateCommand($"CREATE DATABASE \"{copy}\" TEMPLATE \"{original.Database}\"");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = copy }.ConnectionString;
    }

    public async Task<(int Status, IReadOnlyList<VerifyLine> Results)> VerifyAsync(string connectionString)
    {
        await using var run = PipelineRun.Start(_folder, connectionString, ["verify", "--json", "--wait", "0", "--data", _folder], ownsFolder: false);
        var status = await run.WaitAsync(Limit);
        var lines = run.Output.Split('\n').Where(line => line.StartsWith('{'));
        return (status, [.. lines.Select(line => JsonSerializer.Deserialize<VerifyLine>(line, JsonSerializerOptions.Web)!)]);
    }
}
