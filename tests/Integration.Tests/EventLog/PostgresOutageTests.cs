using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Postgres;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

/// <summary>The log on a server that stops, crashes and comes back: a server of its own.</summary>
public sealed class PostgresOutageTests : IAsyncLifetime
{
    private const string Topic = "test.outage";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private PostgresServer server = null!;
    private PostgresEventLog log = null!;

    public async Task InitializeAsync()
    {
        server = await PostgresServer.StartNewAsync();
        var options = new EventLogOptions { Partitions = 4, Lease = TimeSpan.FromSeconds(3) };
        options.Postgres.ConnectionString = await server.CreateDatabaseAsync();
        log = new PostgresEventLog(options, TimeProvider.System, NullLogger.Instance);
        await log.EnsureTopicsAsync([Topic], CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await log.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task F8_what_was_acknowledged_is_there_after_the_server_was_killed_at_once()
    {
        var acknowledged = new HashSet<string>();
        var flood = FloodAsync(acknowledged);
        await Eventually.Async(() => { lock (acknowledged) return acknowledged.Count > 500; }, Limit);

        server.StopImmediately();
        await flood.WaitAsync(Limit);
        server.Start();

        await Eventually.Async(async () => await log.CheckHealthAsync(CancellationToken.None) is null, Limit);
        var kept = await ReadAllAsync();
        Assert.Empty(acknowledged.Except(kept));
        Assert.Equal(kept.Count, kept.Distinct().Count());
    }

    [Fact]
    public async Task F9_while_the_server_is_down_appends_fail_fast_and_a_consumer_goes_on_afterwards()
    {
        await using var consumer = await log.SubscribeAsync("outage", [Topic], CancellationToken.None);
        server.StopFast();

        await Assert.ThrowsAsync<EventLogUnavailableException>(() => AppendAsync("lost")).WaitAsync(Limit);
        Assert.NotNull(await log.CheckHealthAsync(CancellationToken.None));
        // Told once: not with a look at the records, which fails.
        Assert.Equal(4, (await consumer.PollAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None)).Assigned.Count);
        await Assert.ThrowsAsync<EventLogUnavailableException>(
            () => consumer.PollAsync(10, TimeSpan.FromSeconds(1), CancellationToken.None));
        server.Start();

        await Eventually.Async(() => TryAppendAsync("kept"), Limit);
        await Eventually.Async(() => PolledAsync(consumer, "kept"), Limit);
    }

    private async Task FloodAsync(HashSet<string> acknowledged)
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async worker =>
        {
            for (var number = 0; await TryAppendAsync($"{worker}-{number}"); number++)
                lock (acknowledged) acknowledged.Add($"{worker}-{number}");
        }));
    }

    private Task AppendAsync(string value) =>
        log.AppendAsync([new LogAppend(Topic, value, [], Encoding.ASCII.GetBytes(value))], CancellationToken.None);

    private async Task<bool> TryAppendAsync(string value)
    {
        try
        {
            await AppendAsync(value);
            return true;
        }
        catch (EventLogUnavailableException)
        {
            return false;
        }
    }

    private static async Task<bool> PolledAsync(ILogConsumer consumer, string value)
    {
        try
        {
            var poll = await consumer.PollAsync(10, TimeSpan.FromMilliseconds(200), CancellationToken.None);
            return poll.Records.Any(record => Encoding.ASCII.GetString(record.Value.Span) == value);
        }
        catch (EventLogUnavailableException)
        {
            return false;
        }
    }

    private async Task<List<string>> ReadAllAsync()
    {
        var values = new List<string>();
        foreach (var (partition, range) in await log.GetOffsetsAsync(Topic, CancellationToken.None))
        {
            for (var next = range.First; next < range.Next;)
            {
                var records = await log.ReadAsync(partition, next, 500, CancellationToken.None);
                values.AddRange(records.Select(record => Encoding.ASCII.GetString(record.Value.Span)));
                next = records[^1].Offset + 1;
            }
        }
        return values;
    }
}
