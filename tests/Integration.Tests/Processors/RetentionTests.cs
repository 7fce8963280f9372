using Microsoft.Extensions.Hosting;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Processors.Maintenance;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Processors;

/// <summary>What may go, goes; what is not processed yet stays, however old it is.</summary>
public sealed class RetentionTests
{
    private static readonly TopicPartition webhooks = new(Topics.Webhooks("flaky"), 0);
    private static readonly TopicPartition events = new(Topics.PaymentEvents, 0);

    [Fact]
    public async Task Old_records_go_when_they_are_processed()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync("e1 p1 500", "e2 p2 500");
        await server.UntilCommittedAsync(2);
        await server.UntilPublishedAsync();
        await AgeAsync(server);

        await RetainAsync(server);

        Assert.Equal(new OffsetRange(2, 2), (await server.Log.GetOffsetsAsync(webhooks.Topic, CancellationToken.None))[webhooks]);
        var published = (await server.Log.GetOffsetsAsync(events.Topic, CancellationToken.None))[events];
        Assert.True(published.First == published.Next && published.Next > 0);
        Assert.Equal(500, (await server.FindAsync("p1"))!.AmountCaptured);
    }

    [Fact]
    public async Task An_old_record_that_nobody_has_processed_stays()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync("e1 p1 500");
        await server.UntilCommittedAsync(1);
        await ExecuteAsync(server, "UPDATE eventlog.group_partitions SET next_offset = 0");
        await AgeAsync(server);

        await RetainAsync(server);

        Assert.Equal(new OffsetRange(0, 1), (await server.Log.GetOffsetsAsync(webhooks.Topic, CancellationToken.None))[webhooks]);
    }

    private static Task RetainAsync(ProcessorsServer server) =>
        server.Get<IEnumerable<IHostedService>>().OfType<RetentionLoop>().Single().RunOnceAsync(CancellationToken.None);

    /// <summary>All of the log is 40 days older.</summary>
    private static Task AgeAsync(ProcessorsServer server) => ExecuteAsync(server, """
        SELECT eventlog.add_day(id, ((clock_timestamp() - interval '40 days') AT TIME ZONE 'UTC')::date) FROM eventlog.topics;
        UPDATE eventlog.records SET appended_at = appended_at - interval '40 days';
        """);

    private static async Task ExecuteAsync(ProcessorsServer server, string sql)
    {
        await using var command = server.Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
