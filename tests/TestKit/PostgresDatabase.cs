using Xunit;

namespace PaymentPipeline.TestKit;

/// <summary>A fresh database for one test class: <c>sealed class XTests(PostgresDatabase database) : IClassFixture&lt;PostgresDatabase&gt;</c>.</summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    public string ConnectionString { get; private set; } = "";

    public async Task InitializeAsync()
    {
        var server = await PostgresServer.SharedAsync();
        ConnectionString = await server.CreateDatabaseAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
