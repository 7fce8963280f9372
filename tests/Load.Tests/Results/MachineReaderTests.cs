using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.Load.Results;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Load.Tests.Results;

public sealed class MachineReaderTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task The_machine_and_what_durability_rests_on_are_read_from_the_kernel_and_the_server()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        var machine = await MachineReader.ReadAsync(source);

        Assert.Equal("on", machine.Durability["postgres fsync"]);
        Assert.Equal("on", machine.Durability["postgres full_page_writes"]);
        Assert.InRange(machine.Memory, 1L << 28, 1L << 48);
        string[] texts = [machine.Kernel, machine.PostgreSql, machine.Os, machine.Cpu];
        Assert.DoesNotContain("unknown", texts);
        Assert.Null(machine.Kafka);
    }

    [RealKafkaFact]
    public async Task The_broker_tells_what_its_acknowledgement_means()
    {
        var broker = await KafkaBroker.SharedAsync();
        await EnsureTopicsAsync(broker.BootstrapServers);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        var machine = await (await MachineReader.ReadAsync(source)).WithKafkaAsync(broker.BootstrapServers);

        Assert.Equal(("1", "1", "4"), (machine.Durability["kafka flush.messages"], machine.Durability["kafka copies"],
            machine.Durability["kafka partitions of a topic"]));
        Assert.Matches(@"^\d+\.\d+", machine.Kafka);
        Assert.Matches(@"^\d+\.\d+", machine.Librdkafka);
    }

    private static async Task EnsureTopicsAsync(string bootstrapServers)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["EventLog:Engine"] = "kafka", ["EventLog:Kafka:BootstrapServers"] = bootstrapServers, ["EventLog:Partitions"] = "4",
        }).Build();
        await using var services = new ServiceCollection().AddLogging().AddEventLog(configuration).BuildServiceProvider();
        await services.GetRequiredService<IEventLog>().EnsureTopicsAsync([Topics.Webhooks("stripe")], CancellationToken.None);
    }
}
