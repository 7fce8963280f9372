using System.Net;
using System.Net.Sockets;
using Npgsql;
using PaymentPipeline.Load.Floors;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Load.Tests.Floors;

public sealed class FloorsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Theory, InlineData(false), InlineData(true)]
    public async Task The_bare_endpoint_answers_every_request(bool hmac)
    {
        using var server = await BareEndpoint.StartAsync(FreePort(), hmac);
        var requests = SignedWebhooks.Build(200, "whsec_test", $"{server.Address}", "run");

        var driven = await SocketDriver.DriveAsync([server.Address], requests, connections: 4);

        Assert.Equal(200, driven.Ok);
    }

    [Fact]
    public async Task The_floors_of_postgres_measure_and_leave_nothing_behind()
    {
        Assert.True(await ServerSideScript.MeasureAsync(database.ConnectionString, 1000) > 0);
        Assert.True(await EventTransactions.MeasureAsync(database.ConnectionString, 100, connections: 4) > 0);
        Assert.True(await PostgresAppend.MeasureAsync(database.ConnectionString, 1000) > 0);

        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var left = source.CreateCommand("SELECT count(*) FROM pg_namespace WHERE nspname = 'floor'");
        Assert.Equal(0L, await left.ExecuteScalarAsync());
    }

    [RealKafkaFact]
    public async Task The_floor_of_kafka_measures_acknowledged_records()
    {
        var broker = await KafkaBroker.SharedAsync();

        Assert.True(await KafkaProduce.MeasureAsync(broker.BootstrapServers, 2000) > 0);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
