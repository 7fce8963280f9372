using System.Text.Json;
using Dapper;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Integration.Tests.Hosting;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Processors;

/// <summary>When the offset moves, and when it must not.</summary>
public sealed class OffsetTests
{
    private static readonly TimeSpan Soon = ProcessorsServer.Soon;

    [Fact]
    public async Task A_duplicate_advances_the_offset()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync("e1 p1 500");
        await server.UntilCommittedAsync(1);
        await server.AppendAsync("e1 p1 500", "e1 p1 500");
        await server.UntilCommittedAsync(3);

        Assert.Equal(500, (await server.FindAsync("p1"))!.AmountCaptured);
        Assert.Contains("""verdict="duplicate"} 2""", await server.MetricsAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quarantined_poison_advances_the_offset()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync("this is no webhook");
        await server.UntilCommittedAsync(1);

        var letter = Assert.Single(await server.DeadLettersAsync());
        Assert.Equal(("unreadable", "It has not three words.", 0), (letter.Reason, letter.Error, (int)letter.Offset));
        await Eventually.Async(async () => (await server.ReadAsync(Topics.DeadWebhooks)).Count == 1, Soon);
        var copy = (await server.ReadAsync(Topics.DeadWebhooks))[0];
        Assert.Equal("this is no webhook"u8.ToArray(), copy.Value.ToArray());
        Assert.Equal(("unreadable", "flaky"), (copy.Header("dead-reason"), copy.Header(LogHeaders.Gateway)));
    }

    [Fact]
    public async Task A_database_that_is_down_does_not_advance_the_offset()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var books = await postgres.CreateDatabaseAsync();
        await using var server = await ProcessorsServer.StartAsync(books, await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync("e1 p1 500");
        await server.UntilCommittedAsync(1);

        postgres.StopFast();
        await server.AppendAsync("e2 p1 100", "e3 p1 100", "not readable");
        await Eventually.Async(
            async () => (await server.MetricsAsync()).Split('\n').Any(line =>
                line.StartsWith("paymentpipeline_processors_database_unavailable_total ", StringComparison.Ordinal)
                && line.Split(' ')[1] is not ("0" or "1")),
            Soon);
        Assert.Equal(1, await server.CommittedAsync());
        await Eventually.Async(async () => !(await server.Http.GetAsync("/health/ready")).IsSuccessStatusCode, Soon);

        postgres.Start();
        await server.UntilCommittedAsync(4);
        Assert.Equal(700, (await server.FindAsync("p1"))!.AmountCaptured);
        Assert.Single(await server.DeadLettersAsync());
    }

    [Fact]
    public async Task A_worker_killed_between_commit_and_offset_store_applies_nothing_twice()
    {
        const int payments = 50;
        var database = await ProcessorsServer.DatabaseAsync();
        await using var connection = new NpgsqlConnection(database);
        var first = await StartAsync(database);
        await using (var log = await ProcessorsLog.OpenAsync(database))
        {
            await connection.OpenAsync();
            await using (var held = await HoldOffsetsAsync(connection))
            {
                var webhooks = Enumerable.Range(0, payments).Select(i => ProcessorsServer.Webhook("stripe", Captured(i), $"pi_{i}"));
                await log.AppendAsync(webhooks);
                await Eventually.Async(async () => await CountAsync(database, "books.inbox") == payments, Soon);
                first.Kill();
                await first.ExitAsync(Soon);
                await EndSessionsThatWaitAsync(connection);
                Assert.Equal(0, await CountAsync(database, "eventlog.group_partitions WHERE next_offset > 0"));
            }

            await using var second = await StartAsync(database);
            await Eventually.Async(
                async () => await CountAsync(database, "eventlog.group_partitions WHERE next_offset = " + payments) == 1, Soon);
            await Eventually.Async(async () => await CountAsync(database, "books.outbox") == 0, Soon);

            var told = await log.ReadAsync(Topics.PaymentEvents);
            var transitions = await CountAsync(database, "books.transitions");
            Assert.Equal(transitions, told.Select(record => record.Header(LogHeaders.EventId)).Distinct().Count());
            Assert.All(told.GroupBy(record => record.Header(LogHeaders.EventId)),
                copies => Assert.Single(copies.Select(copy => Convert.ToHexString(copy.Value.Span)).Distinct()));
        }
        await first.DisposeAsync();
        Assert.Equal(payments, await CountAsync(database, "books.payments WHERE captured = 1000"));
        Assert.Equal(payments, await CountAsync(database, "books.journal"));
        Assert.Equal(payments, await CountAsync(database, "books.inbox"));
        Assert.True(await CountAsync(database, "books.audit_batches WHERE duplicates > 0") > 0, "The records were not read a second time.");
    }

    private static Task<ServiceProcess> StartAsync(string database) =>
        ServiceProcess.Start("PaymentPipeline.Processors", new Dictionary<string, string>
        {
            ["Database__ConnectionString"] = database,
            ["EventLog__Partitions"] = "1",
            ["EventLog__Lease"] = "00:00:03",
            ["Processors__OutboxLeaseSeconds"] = "2",
            ["Gateways__Stripe__WebhookSecrets__0"] = "whsec_a_secret_of_the_processor_tests_0001",
        }).LiveAsync();

    /// <summary>Waits for the group to own its partition, then keeps every offset from being stored until disposed.</summary>
    private static async Task<NpgsqlTransaction> HoldOffsetsAsync(NpgsqlConnection connection)
    {
        const string tableSql = "SELECT to_regclass('eventlog.group_partitions') IS NOT NULL";
        const string ownedSql = "SELECT count(*) > 0 FROM eventlog.group_partitions WHERE owner IS NOT NULL";
        await Eventually.Async(
            async () => await connection.ExecuteScalarAsync<bool>(tableSql) && await connection.ExecuteScalarAsync<bool>(ownedSql), Soon);
        var held = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT 1 FROM eventlog.group_partitions FOR UPDATE", transaction: held);
        return held;
    }

    /// <summary>
    /// PostgreSQL notices that a client is gone only when it next writes to it: a statement of the killed worker that waits for
    /// the lock would store the offset after all.
    /// </summary>
    private static Task<int> EndSessionsThatWaitAsync(NpgsqlConnection connection) => connection.ExecuteAsync(
        """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
        """);

    private static async Task<long> CountAsync(string database, string what)
    {
        await using var connection = new NpgsqlConnection(database);
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM " + what);
    }

    private static string Captured(int i) => JsonSerializer.Serialize(new
    {
        id = $"evt_{i}", @object = "event", type = "payment_intent.succeeded", created = 1767225600, livemode = false,
        api_version = "2025-01-27",
        data = new
        {
            @object = new
            {
                id = $"pi_{i}", @object = "payment_intent", status = "succeeded", amount = 1000, amount_received = 1000, currency = "eur",
            },
        },
    });
}
