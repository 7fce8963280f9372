using System.Diagnostics;
using System.Net;
using Npgsql;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>A log that cannot keep what it is given never leads to a 200.</summary>
public sealed class LogFaultTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_log_that_is_down_at_start_makes_not_ready_and_503_until_it_is_there()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        var database = await postgres.CreateDatabaseAsync();
        postgres.StopFast();
        await using var server = await IngressServer.StartAsync(database);

        var body = StripeWebhook.Body();
        await Is503Async(server, body);
        var ready = await server.Http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("event-log", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/live")).StatusCode);

        postgres.Start();
        await Eventually.Async(async () => (await server.Http.GetAsync("/health/ready")).IsSuccessStatusCode, Soon);
        await server.NothingKeptAsync("stripe", body);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(StripeWebhook.Request(body))).StatusCode);
        await server.RecordOfAsync("stripe", body);
    }

    [Fact]
    public async Task A_log_that_stops_and_comes_back_is_503_between_and_loses_nothing_it_acknowledged()
    {
        await using var postgres = await PostgresServer.StartNewAsync();
        await using var server = await IngressServer.StartReadyAsync(await postgres.CreateDatabaseAsync());
        var kept = StripeWebhook.Body();
        Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(StripeWebhook.Request(kept))).StatusCode);

        postgres.StopImmediately();
        await Is503Async(server, StripeWebhook.Body());
        postgres.Start();

        var later = StripeWebhook.Body();
        await Eventually.Async(
            async () => (await server.Http.SendAsync(StripeWebhook.Request(later))).StatusCode == HttpStatusCode.OK, Soon);
        await server.RecordOfAsync("stripe", kept);
        Assert.Contains(await server.RecordsAsync("stripe"), record => record.Value.Span.SequenceEqual(later));
    }

    [Fact]
    public async Task An_append_that_hangs_is_503_in_time_and_keeps_its_bytes_until_it_ends()
    {
        var database = await IngressFixture.DatabaseAsync();
        await using var server = await IngressServer.StartReadyAsync(database, "--Ingress:AppendTimeoutMs=500");
        var hanging = StripeWebhook.Body(padding: 3000);
        await using (await LockEverythingAsync(database))
        {
            var started = Stopwatch.GetTimestamp();
            await Is503Async(server, hanging);
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0.4, 8);
            // Later ones take buffers from the pool; none may be that of an append which still waits.
            for (var round = 0; round < 3; round++)
                await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => server.Http.SendAsync(StripeWebhook.Request(StripeWebhook.Body(3000)))));
        }

        // The outcome was unknown; here it is that every record is there, whole, once the lock is gone.
        await Eventually.Async(async () => (await server.RecordsAsync("stripe")).Count == 61, Soon);
        Assert.Contains(await server.RecordsAsync("stripe"), record => record.Value.Span.SequenceEqual(hanging));
        Assert.All(
            await server.RecordsAsync("stripe"),
            record => Assert.Contains(record.Header("event-key")!, System.Text.Encoding.UTF8.GetString(record.Value.Span), StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_requests_than_we_hold_are_503_and_the_next_ones_served()
    {
        var database = await IngressFixture.DatabaseAsync();
        await using var server = await IngressServer.StartReadyAsync(database, "--Ingress:MaxInFlight=4", "--Ingress:AppendTimeoutMs=3000");
        await using (await LockEverythingAsync(database))
        {
            var flood = Enumerable.Range(0, 40).Select(_ => server.Http.SendAsync(StripeWebhook.Request(StripeWebhook.Body()))).ToList();
            var refused = await await Task.WhenAny(flood);

            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Contains("busy", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
            await Task.WhenAll(flood);
        }

        await Eventually.Async(
            async () => (await server.Http.SendAsync(StripeWebhook.Request(StripeWebhook.Body()))).IsSuccessStatusCode, Soon);
    }

    private static async Task Is503Async(IngressServer server, byte[] body)
    {
        var response = await server.Http.SendAsync(StripeWebhook.Request(body));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Locks every table of the database against writes until disposed.</summary>
    private static async Task<NpgsqlConnection> LockEverythingAsync(string database)
    {
        const string Sql = """
            DO $$
            DECLARE r record;
            BEGIN
                FOR r IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
                LOOP
                    EXECUTE format('LOCK TABLE %I.%I IN EXCLUSIVE MODE', r.schemaname, r.tablename);
                END LOOP;
            END $$
            """;
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(Sql, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
