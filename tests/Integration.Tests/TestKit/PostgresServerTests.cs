using Npgsql;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.TestKit;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task A_committed_row_outlives_an_immediate_stop()
    {
        await using var server = await PostgresServer.StartNewAsync();
        var connectionString = await server.CreateDatabaseAsync();
        await ExecuteAsync(connectionString, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)");

        server.StopImmediately();
        server.Start();
        NpgsqlConnection.ClearAllPools();

        Assert.Equal(7, await ExecuteAsync(connectionString, "SELECT id FROM kept"));
        Assert.Equal("on", await ExecuteAsync(connectionString, "SHOW data_checksums"));
        Assert.Equal("on", await ExecuteAsync(connectionString, "SHOW fsync"));
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
