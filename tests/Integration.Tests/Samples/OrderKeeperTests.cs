using PaymentPipeline.Client;
using PaymentPipeline.EventLog;
using PaymentPipeline.Integration.Tests.Api;
using PaymentPipeline.Integration.Tests.Processors;
using PaymentPipeline.Samples.OrderKeeper;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Samples;

/// <summary>The sample consumer ends in the right state from the events alone, whatever is repeated and wherever it is stopped.</summary>
public sealed class OrderKeeperTests : IDisposable
{
    private const int OrderCount = 6;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("order-keeper").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Orders_kept_from_the_feed_survive_restarts_and_repetitions()
    {
        var books = await ProcessorsServer.DatabaseAsync();
        await using var processors = await ProcessorsServer.StartAsync(books);
        await using var api = await ApiServer.StartAsync(books, settings: ["--Gateways:Flaky:Tenant=default"]);
        using var http = new HttpClient { BaseAddress = api.Address };
        var events = new PaymentPipelineClient(http, _ => new(api.Tokens.Good())).Events;
        var changes = 0;

        await CaptureAsync(processors, part: 1);
        await FromFeed.ReadAsync(Open(), events, patience, _ => changes++, default);
        await CaptureAsync(processors, part: 2);
        // Stopped in the middle: what was taken since the last save is taken again.
        await Assert.ThrowsAsync<OperationCanceledException>(() => FromFeed.ReadAsync(Open(), events, patience, told =>
            throw new OperationCanceledException($"stopped at {told.Id}"), default));
        await FromFeed.ReadAsync(Open(), events, patience, _ => changes++, default);
        Assert.NotEqual(0, changes);

        // Everything once more, from the beginning: nothing changes.
        changes = 0;
        var again = Open();
        again.Cursor = null;
        await FromFeed.ReadAsync(again, events, patience, _ => changes++, default);

        Assert.Equal(0, changes);
        AssertRight(Open());
    }

    [OwnKafkaFact]
    public async Task Orders_kept_from_the_topic_survive_restarts_and_repetitions()
    {
        await using var broker = await KafkaBroker.StartNewAsync();
        await using var processors = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync(), settings:
            ["--EventLog:Engine=kafka", $"--EventLog:Kafka:BootstrapServers={broker.BootstrapServers}"]);
        var changes = 0;

        await CaptureAsync(processors, part: 1);
        await CaptureAsync(processors, part: 2);
        await processors.UntilPublishedAsync();
        await processors.Log.AppendAsync(
            [.. (await processors.ReadAsync(Topics.PaymentEvents))
                .Select(told => new LogAppend(Topics.PaymentEvents, told.Key, told.Headers, told.Value))],
            default);
        FromTopic.Read(Open(), broker.BootstrapServers, patience, _ => changes++, default);
        FromTopic.Read(Open(), broker.BootstrapServers, patience, _ => changes += 1_000, default);

        Assert.InRange(changes, OrderCount, 999);
        AssertRight(Open());
    }

    private Orders Open() => Orders.Open(Path.Combine(_folder, "orders.json"));

    private static async Task CaptureAsync(ProcessorsServer processors, int part)
    {
        await processors.AppendAsync(
            [.. Enumerable.Range(0, OrderCount).Select(order => $"keeper{order}part{part} pkeeper{order} {part * 100}")]);
        await processors.UntilCommittedAsync(OrderCount * part);
        await processors.UntilPublishedAsync();
    }

    private static void AssertRight(Orders orders)
    {
        Assert.Equal(OrderCount, orders.All().Count());
        Assert.All(orders.All(), order => Assert.Equal(300, order.Captured));
    }
}
