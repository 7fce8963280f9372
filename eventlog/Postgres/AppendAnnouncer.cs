using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Tells other processes what was appended, by NOTIFY, after the append is committed. Not in its transaction: NOTIFY
/// holds one lock for the whole server until its commit is on disk, which would queue all appends behind each other.
/// The first goes at once; those that follow it closely go together, since each is a transaction with a commit of its own. One
/// that is lost delays a reader by its polling interval and loses nothing.
/// </summary>
internal sealed class AppendAnnouncer : IAsyncDisposable
{
    public const string Channel = "eventlog";

    /// <summary>Between two announcements at least: a reader has enough to do with what it was told of before.</summary>
    private static readonly TimeSpan apart = TimeSpan.FromMilliseconds(4);

    private readonly LogDatabase database;
    private readonly string instance;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Channel<bool> pending =
        System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task running;

    /// <param name="instance">Names this process, which wakes its own readers without the database.</param>
    public AppendAnnouncer(LogDatabase database, string instance, TimeProvider time, ILogger logger)
    {
        (this.database, this.instance, this.time, this.logger) = (database, instance, time, logger);
        running = RunAsync();
    }

    public void Announce(string name)
    {
        lock (gate) names.Add(name);
        pending.Writer.TryWrite(true);
    }

    public async ValueTask DisposeAsync()
    {
        pending.Writer.TryComplete();
        await stopping.CancelAsync();
        await running;
        stopping.Dispose();
    }

    private const string NotifySql = """
        SELECT pg_notify($1, $2)
        """;

    private async Task RunAsync()
    {
        await foreach (var _ in pending.Reader.ReadAllAsync())
        {
            var payload = TakePayload();
            try
            {
                await database.RunControlAsync(
                    async (connection, token) =>
                    {
                        await using var command = new NpgsqlCommand(NotifySql, connection);
                        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Channel });
                        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = payload });
                        return await command.ExecuteNonQueryAsync(token);
                    },
                    CancellationToken.None);
            }
            catch (EventLogException failure)
            {
                Log.AnnounceFailed(logger, failure);
            }
            await Task.Delay(apart, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private string TakePayload()
    {
        lock (gate)
        {
            var payload = string.Join('\n', names.Prepend(instance));
            names.Clear();
            return payload;
        }
    }
}
