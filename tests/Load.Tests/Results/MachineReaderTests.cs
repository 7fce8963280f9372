using Npgsql;
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
}
