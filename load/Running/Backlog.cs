using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentPipeline.EventLog;

namespace PaymentPipeline.Load.Running;

/// <param name="Appended">Records in the log's webhook topics, ever.</param>
/// <param name="Applied">Records that the processors have finished, ever.</param>
/// <param name="Outbox">Events that wait to be published.</param>
internal readonly record struct BacklogFigures(long Appended, long Applied, long Outbox)
{
    public long Lag => Appended - Applied;
    public bool IsGone => Lag == 0 && Outbox == 0;
}

/// <summary>How far the processors are, read from the stores themselves.</summary>
internal sealed class Backlog : IAsyncDisposable
{
    private static readonly string[] topics = [Topics.Webhooks("stripe"), Topics.Webhooks("adyen"), Topics.Webhooks("paypal")];
    private const string Group = "processors";
    private const int TriesMax = 20;
    private readonly ServiceProvider _services;

    public Backlog(RunningSystem system)
    {
        Database = NpgsqlDataSource.Create(system.ConnectionString);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(system.Settings.Select(one =>
                KeyValuePair.Create(one.Key.Replace("__", ":", StringComparison.Ordinal), (string?)one.Value)))
            .AddEnvironmentVariables()
            .Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddEventLog(configuration);
        _services = services.BuildServiceProvider();
        Log = _services.GetRequiredService<IEventLog>();
    }

    public NpgsqlDataSource Database { get; }
    public IEventLog Log { get; }

    public async Task<BacklogFigures> ReadAsync(CancellationToken cancellationToken)
    {
        // Committed first: what is finished between the two readings counts as lag, never as less than none.
        var committed = await CommittedAsync(cancellationToken);
        var (appended, applied) = (0L, 0L);
        foreach (var topic in topics)
            foreach (var (partition, range) in await Log.GetOffsetsAsync(topic, cancellationToken))
            {
                appended += range.Next;
                applied += committed.GetValueOrDefault(partition, range.First);
            }
        return new BacklogFigures(appended, applied, await CountAsync("SELECT count(*) FROM books.outbox", cancellationToken));
    }

    /// <summary>As in <see cref="ReadAsync"/>, which asks for more: this is cheap enough to ask often.</summary>
    public async Task<long> AppliedAsync(CancellationToken cancellationToken) =>
        (await CommittedAsync(cancellationToken)).Values.Sum();

    private async Task<IReadOnlyDictionary<TopicPartition, long>> CommittedAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await Log.GetCommittedAsync(Group, topics, cancellationToken);
            }
            // A driver that had all of the machine may not have heard from the idle connection in time: the next one is made anew.
            catch (EventLogUnavailableException) when (tries < TriesMax)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>Events that were ever applied.</summary>
    public Task<long> InboxAsync(CancellationToken cancellationToken) => CountAsync("SELECT count(*) FROM books.inbox", cancellationToken);

    /// <returns>False when the limit was over before.</returns>
    public async Task<bool> WaitUntilGoneAsync(TimeSpan limit, Action<BacklogFigures> look, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < limit)
        {
            var figures = await ReadAsync(cancellationToken);
            look(figures);
            if (figures.IsGone) return true;
            await Task.Delay(100, cancellationToken);
        }
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Database.DisposeAsync();
    }

    private async Task<long> CountAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
