using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace PaymentPipeline.Gateways.Tests;

/// <summary>One gateway made as a process makes it: from configuration, by AddGateways.</summary>
internal sealed class GatewayUnderTest : IDisposable
{
    private readonly ServiceProvider _services;

    public GatewayUnderTest(
        string name, IEnumerable<KeyValuePair<string, string?>> settings, DateTimeOffset? now = null,
        Action<IServiceCollection>? more = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        more?.Invoke(services);
        services.AddGateways(configuration);
        Clock.Now = now ?? Clock.Now;
        _services = services.BuildServiceProvider();
        Gateway = _services.GetRequiredService<GatewayRegistry>().Find(name) ?? throw new InvalidOperationException($"No gateway {name}.");
    }

    public IWebhookGateway Gateway { get; }

    public SettableClock Clock { get; } = new();

    public Task<WebhookVerdict> Verify(ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) =>
        Gateway.VerifyAsync(new WebhookRequest("default", body, new HeaderLines(headers)), CancellationToken.None).AsTask();

    public Task<WebhookVerdict> Verify(string body, params (string Name, string Value)[] headers) =>
        Verify(Encoding.UTF8.GetBytes(body), headers);

    public IReadOnlyList<GatewayEvent> Read(string body) =>
        Gateway.Read(new StoredWebhook("default", Encoding.UTF8.GetBytes(body), "")).Events;

    public void Dispose() => _services.Dispose();
}

/// <summary>A clock that stands until it is set; timers run in real time.</summary>
internal sealed class SettableClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 2, 10, 0, 10, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

internal sealed class HeaderLines(IReadOnlyList<(string Name, string Value)> lines) : IWebhookHeaders
{
    public int Get(string name, out string value)
    {
        var found = lines.Where(line => line.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
        value = found.Count == 0 ? "" : found[0].Value;
        return found.Count;
    }
}
