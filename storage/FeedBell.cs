using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>
/// Tells other processes that the feed grew, after the commit and not in it: NOTIFY holds one lock for the whole server until its
/// commit is on disk. The ring's own transaction stores nothing and does not wait for the disk. One ring is under way at a time and
/// stands for all that came meanwhile. A ring that is lost delays readers by their polling interval.
/// </summary>
public sealed class FeedBell : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly ILogger<FeedBell> _logger;
    private readonly Channel<bool> _pending =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task _running;

    public FeedBell(NpgsqlDataSource database, ILogger<FeedBell> logger)
    {
        (_database, _logger) = (database, logger);
        _running = RunAsync();
    }

    public void Ring() => _pending.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        _pending.Writer.TryComplete();
        await _running;
    }

    private const string NotifySql = $"""
        SELECT pg_notify('{EventFeed.Channel}', '')
        """;

    /// <summary>A ring to be executed in the transaction that adds to the feed, where that is small.</summary>
    internal static NpgsqlBatchCommand ToCommand() => new(NotifySql);

    // Not waited for on the disk: nothing is kept of it, and until its commit is through no other NOTIFY of the server ends.
    private const string NotifyAloneSql = $"""
        SELECT set_config('synchronous_commit', 'off', true), pg_notify('{EventFeed.Channel}', '')
        """;

    private async Task RunAsync()
    {
        await foreach (var _ in _pending.Reader.ReadAllAsync())
        {
            try
            {
                await using var command = _database.CreateCommand(NotifyAloneSql);
                await command.ExecuteNonQueryAsync();
            }
            catch (Exception failure)
            {
                // Readers poll beside it.
                Log.FeedRingLost(_logger, DatabaseErrors.Describe(failure));
            }
        }
    }
}
