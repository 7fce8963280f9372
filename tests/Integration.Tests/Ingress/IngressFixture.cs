using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Ingress;

/// <summary>One ingress with default settings and one database for a test class.</summary>
public sealed class IngressFixture : IAsyncLifetime
{
    internal IngressServer Server { get; private set; } = null!;

    internal static async Task<string> DatabaseAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

    public async Task InitializeAsync() => Server = await IngressServer.StartReadyAsync(await DatabaseAsync());

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
