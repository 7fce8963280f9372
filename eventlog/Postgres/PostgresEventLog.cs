using Microsoft.Extensions.Logging;
using Npgsql;

namespace PaymentPipeline.EventLog.Postgres;

/// <summary>
/// The log in PostgreSQL: offsets handed out under row locks (Migrations/0001_log.sql), group commit across callers
/// (<see cref="AppendLane"/>), readers woken by NOTIFY, groups by leases with an epoch (<see cref="GroupMember"/>).
/// </summary>
public sealed class PostgresEventLog : IEventLog
{
    /// <summary>A reader that missed a wake-up, because its connection broke, looks again after this.</summary>
    internal static readonly TimeSpan FallbackPoll = TimeSpan.FromSeconds(1);

    private readonly EventLogOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly LogDatabase database;
    private readonly TopicCatalog catalog;
    private readonly LogSchema schema;
    private readonly LogReader reader;
    private readonly AppendSignal signal = new();
    private readonly AppendAnnouncer announcer;
    private readonly AppendListener listener;
    private readonly LogAppender appender;

    public PostgresEventLog(EventLogOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        (this.options, this.time, this.logger) = (options, time, logger);
        var instance = Guid.CreateVersion7(time.GetUtcNow()).ToString("n");
        database = new LogDatabase(options.Postgres.ConnectionString, options.AppendTimeout, options.Postgres.AppendsInFlight);
        catalog = new TopicCatalog(database);
        schema = new LogSchema(database, options, logger);
        reader = new LogReader(database, catalog);
        announcer = new AppendAnnouncer(database, instance, time, logger);
        listener = new AppendListener(database, instance, signal, time, logger);
        appender = new LogAppender(database, catalog, options, signal, announcer, time, logger);
    }

    public string Engine => "postgres";

    public async Task EnsureTopicsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        if (await schema.FindFaultAsync(cancellationToken) is { } fault) throw new EventLogException(fault);
        await schema.EnsureAsync(topics, cancellationToken);
    }

    public Task AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellationToken) =>
        appender.AppendAsync(records, cancellationToken);

    /// <summary>Makes sure that <see cref="AddAppend"/> knows these topics.</summary>
    public async ValueTask LoadTopicsAsync(IEnumerable<string> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics) await catalog.GetAsync(topic, cancellationToken);
    }

    /// <summary>
    /// Adds an append to a transaction of the caller's on the log's own database. The partitions are locked until its commit, so
    /// this comes last in it; after the commit call <see cref="Announce"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A topic was not loaded.</exception>
    public void AddAppend(NpgsqlBatch batch, IReadOnlyList<LogAppend> records)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(records);
        var routed = new RoutedRecord[records.Count];
        for (var i = 0; i < routed.Length; i++)
            routed[i] = catalog.TryGet(records[i].Topic, out var topic)
                ? RoutedRecord.From(records[i], topic)
                : throw new InvalidOperationException($"The topic {records[i].Topic} was not loaded.");
        batch.BatchCommands.Add(new AppendBatch([new PendingAppend(routed, time.GetTimestamp())]).ToCommand());
    }

    /// <summary>
    /// Adds the announcement of <see cref="AddAppend"/> to its transaction. It holds a lock for the whole server until that is on the disk:
    /// for few records only.
    /// </summary>
    public void AddAnnouncement(NpgsqlBatch batch, IEnumerable<string> topics)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.BatchCommands.Add(announcer.ToCommand(topics));
    }

    /// <summary>Wakes the readers of the topics, here and, unless the transaction did so, in other processes.</summary>
    public void Announce(IEnumerable<string> topics, bool isTold)
    {
        foreach (var topic in topics)
        {
            signal.Wake(topic);
            if (!isTold) announcer.Announce(topic);
        }
    }

    public async Task<IReadOnlyList<LogRecord>> ReadAsync(
        TopicPartition partition, long offset, int maxRecords, CancellationToken cancellationToken)
    {
        var topic = await catalog.GetAsync(partition.Topic, cancellationToken);
        return await reader.ReadAsync([new ReadPosition(topic, partition.Number, offset, ReadPosition.AnyTime)], maxRecords,
            cancellationToken);
    }

    public async Task WaitForAppendAsync(IReadOnlyCollection<string> topics, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var appended = signal.Listen(topics);
        listener.EnsureStarted();
        await Waiting.ForAsync(appended.Next(), atMost < FallbackPoll ? atMost : FallbackPoll, time, cancellationToken);
    }

    public async Task<IReadOnlyDictionary<TopicPartition, OffsetRange>> GetOffsetsAsync(
        string topic, CancellationToken cancellationToken) =>
        await reader.GetOffsetsAsync(topic, cancellationToken);

    public async Task<IReadOnlyDictionary<TopicPartition, long>> FindOffsetsAsync(
        string topic, DateTimeOffset time, CancellationToken cancellationToken) =>
        await reader.FindOffsetsAsync(topic, time, cancellationToken);

    public async Task<IReadOnlyDictionary<TopicPartition, long>> GetCommittedAsync(
        string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken) =>
        await reader.GetCommittedAsync(group, topics, cancellationToken);

    public async Task<ILogConsumer> SubscribeAsync(string group, IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var rows = await catalog.GetAsync(topics, cancellationToken);
        listener.EnsureStarted();
        var store = new GroupStore(database, group, Guid.CreateVersion7(time.GetUtcNow()), rows, options.Lease);
        var member = new GroupMember(store, signal, WakeEverywhere, time, logger);
        await member.JoinAsync(cancellationToken);
        return new PostgresConsumer(member, reader, time);
    }

    private const string DropDaysSql = """
        SELECT eventlog.drop_days($1, $2)
        """;

    private const string AddDaysSql = """
        SELECT eventlog.add_topic($1, $2, $3)
        """;

    /// <summary>Also makes the tables of the coming days, so that a process that runs for months never lacks them.</summary>
    public async Task ApplyRetentionAsync(string topic, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var row = await catalog.GetAsync(topic, cancellationToken);
        await database.RunAsync(
            async (connection, token) =>
            {
                await using var add = new NpgsqlCommand(AddDaysSql, connection);
                add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = topic });
                add.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)row.Partitions });
                add.Parameters.Add(new NpgsqlParameter<int> { TypedValue = options.Postgres.DaysAhead });
                await add.ExecuteNonQueryAsync(token);
                await using var drop = new NpgsqlCommand(DropDaysSql, connection);
                drop.Parameters.Add(new NpgsqlParameter<short> { TypedValue = row.Id });
                drop.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
                return await drop.ExecuteNonQueryAsync(token);
            },
            cancellationToken);
    }

    public async Task<string?> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await schema.FindFaultAsync(cancellationToken);
        }
        catch (EventLogException failure)
        {
            return failure.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await appender.DisposeAsync();
        await announcer.DisposeAsync();
        await listener.DisposeAsync();
        await database.DisposeAsync();
    }

    private void WakeEverywhere(string name)
    {
        signal.Wake(name);
        announcer.Announce(name);
    }
}
