using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentPipeline.EventLog;

namespace PaymentPipeline.Integration.Tests.Processors;

/// <summary>The log beside a processor in another process.</summary>
internal sealed class ProcessorsLog : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ProcessorsLog(ServiceProvider services) => _services = services;

    public IEventLog Log => _services.GetRequiredService<IEventLog>();

    public static async Task<ProcessorsLog> OpenAsync(string database)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Database:ConnectionString"] = database,
            ["EventLog:Partitions"] = "1",
        }).Build();
        var services = new ServiceCollection()
            .AddLogging().AddSingleton(TimeProvider.System).AddEventLog(configuration).BuildServiceProvider();
        var log = new ProcessorsLog(services);
        await log.Log.EnsureTopicsAsync([Topics.Webhooks("stripe"), Topics.PaymentEvents, Topics.DeadWebhooks], CancellationToken.None);
        return log;
    }

    public Task AppendAsync(IEnumerable<LogAppend> records) => Log.AppendAsync([.. records], CancellationToken.None);

    public Task<IReadOnlyList<LogRecord>> ReadAsync(string topic) => ProcessorsServer.ReadAsync(Log, topic);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
