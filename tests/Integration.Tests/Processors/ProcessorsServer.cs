using System.Text;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.EventLog;
using PaymentPipeline.Processors;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;

namespace PaymentPipeline.Integration.Tests.Processors;

/// <summary>The processors as they are, in this process: books and log in PostgreSQL, one partition per topic.</summary>
internal sealed class ProcessorsServer : IAsyncDisposable
{
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly WebApplication _app;

    private ProcessorsServer(WebApplication app)
    {
        _app = app;
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Http = new HttpClient { BaseAddress = new Uri(addresses.Addresses.First()) };
    }

    public HttpClient Http { get; }
    public IEventLog Log => _app.Services.GetRequiredService<IEventLog>();
    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<string> DatabaseAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

    public static async Task<ProcessorsServer> StartAsync(string books, string? log = null, params string[] settings)
    {
        string[] arguments =
        [
            "--urls", "http://127.0.0.1:0",
            $"--Database:ConnectionString={books}",
            $"--EventLog:Postgres:ConnectionString={log ?? books}",
            "--EventLog:Partitions=1",
            "--Gateways:Stripe:WebhookSecrets:0=whsec_a_secret_of_the_processor_tests_0001",
            "--Gateways:Flaky:Open=true",
            .. settings,
        ];
        var app = ProcessorsApp.Create(arguments, builder => builder.Services.AddSingleton(FlakyGateway.Registration));
        await app.StartAsync();
        var server = new ProcessorsServer(app);
        await Eventually.Async(async () => (await server.Http.GetAsync("/health/ready")).IsSuccessStatusCode, Soon);
        return server;
    }

    public static LogAppend Webhook(string gateway, string body, string key = "key") => new(
        Topics.Webhooks(gateway), key,
        [
            new(LogHeaders.Gateway, gateway), new(LogHeaders.Account, "default"), new(LogHeaders.EventKey, "noted-by-ingress"),
            new(LogHeaders.ReceivedAt, TimeProvider.System.GetUtcNow().UtcDateTime.ToString("O")),
            new(LogHeaders.TraceParent, TraceParent),
        ],
        Encoding.UTF8.GetBytes(body));

    public const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    public Task AppendAsync(params string[] bodies) =>
        Log.AppendAsync([.. bodies.Select(body => Webhook("flaky", body))], CancellationToken.None);

    /// <summary>The next offset that the group would read of webhooks.flaky.</summary>
    public async Task<long> CommittedAsync() =>
        (await Log.GetCommittedAsync("processors", [Topics.Webhooks("flaky")], CancellationToken.None))
            .GetValueOrDefault(new TopicPartition(Topics.Webhooks("flaky"), 0));

    public Task UntilCommittedAsync(long offset) => Eventually.Async(async () => await CommittedAsync() == offset, Soon);

    public Task UntilPublishedAsync() =>
        Eventually.Async(async () => await ScalarAsync<int>("SELECT count(*) FROM books.outbox") == 0, Soon);

    public Task<Payment?> FindAsync(string alias) => Get<PaymentQueries>().FindAsync("flaky", "default", alias, CancellationToken.None);

    public Task<IReadOnlyList<DeadLetter>> DeadLettersAsync() => Get<DeadLetterStore>().ListAsync(0, false, 1000, CancellationToken.None);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    public Task<IReadOnlyList<LogRecord>> ReadAsync(string topic) => ReadAsync(Log, topic);

    public static Task<IReadOnlyList<LogRecord>> ReadAsync(IEventLog log, string topic) =>
        log.ReadAsync(new TopicPartition(topic, 0), 0, 10_000, CancellationToken.None);

    public async Task<string> MetricsAsync() => await Http.GetStringAsync("/metrics");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
