using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// Tells other processes what was appended, by NOTIFY. From its transaction's last moment until that is on disk, NOTIFY holds one
/// lock for the whole server. A small append carries its announcement all the same (<see cref="ToCommand"/>): when little
/// happens nobody waits for that lock, and readers hear of the append a round trip earlier. Larger ones are announced after their
/// commit (<see cref="Announce"/>), or all appends would queue behind each other: the first at once, those that follow it closely
/// together. That transaction stores nothing, so it does not wait for the disk. An announcement that is lost delays a reader by its
/// polling interval and loses nothing.
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

    /// <summary>To be executed in the transaction of the append.</summary>
    public NpgsqlBatchCommand ToCommand(IEnumerable<string> topics) => Notify(PayloadOf(topics));

    private const string NotifySql = """
        SELECT pg_notify($1, $2)
        """;

    private static NpgsqlBatchCommand Notify(string payload) => new(NotifySql)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = Channel },
            new NpgsqlParameter<string> { TypedValue = payload },
        },
    };

    // Not waited for on the disk: nothing is kept of it, and until its commit is through no other NOTIFY of the server ends.
    private const string HurrySql = """
        SELECT set_config('synchronous_commit', 'off', true)
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
                        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(HurrySql), Notify(payload) } };
                        return await batch.ExecuteNonQueryAsync(token);
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
            var payload = PayloadOf(names);
            names.Clear();
            return payload;
        }
    }

    private string PayloadOf(IEnumerable<string> topics) => string.Join('\n', topics.Prepend(instance));
}
