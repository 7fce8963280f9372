using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PaymentPipeline.EventLog;
using PaymentPipeline.EventLog.Postgres;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.EventLog;

public sealed class PostgresEventLogTests(PostgresDatabase database) : EventLogGroupContract, IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task I26_a_slow_transaction_holds_back_its_partition_only_and_an_aborted_one_leaves_no_gap()
    {
        var slowKey = "key-0";
        var slow = Partitioner.PartitionOf(slowKey, 4);
        var otherKey = Enumerable.Range(0, 50).Select(n => $"key-{n}").First(key => (Partitioner.PartitionOf(key, 4) - slow) % 2 != 0);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, $"""
            SELECT eventlog.append(ARRAY[id], ARRAY[{slow}]::smallint[], ARRAY[1], ARRAY[1], ARRAY[0],
                ARRAY['k'::bytea], ARRAY[''::bytea], ARRAY['99'::bytea])
            FROM eventlog.topics WHERE name = '{Topic}'
            """);

        var behind = EventLog.AppendAsync(Numbered(1, 1, _ => slowKey), None);
        await EventLog.AppendAsync(Numbered(2, 1, _ => otherKey), None);

        Assert.Equal([2], (await ReadAllAsync(EventLog)).Select(NumberOf));
        Assert.False(behind.IsCompleted);
        await transaction.RollbackAsync();
        await behind.WaitAsync(Limit);
        var after = await ReadAllAsync(EventLog);
        Assert.Equal([1, 2], after.Select(NumberOf).Order());
        Assert.All(after, record => Assert.Equal(0, record.Offset));
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_appends_nothing_of_what_it_refused()
    {
        var options = TestOptions;
        options.AppendQueueRecordsMax = 8;
        options.Postgres.ConnectionString = database.ConnectionString;
        await using var small = new PostgresEventLog(options, TimeProvider.System, NullLogger.Instance);

        var appends = Enumerable.Range(0, 200).Select(n => small.AppendAsync(Numbered(n, 1, _ => "key"), None)).ToList();
        await Assert.ThrowsAsync<EventLogUnavailableException>(() => Task.WhenAll(appends));

        var accepted = Enumerable.Range(0, 200).Where(n => appends[n].IsCompletedSuccessfully);
        Assert.Equal(accepted, (await ReadAllAsync(EventLog)).Select(NumberOf).Order());
    }

    [Fact]
    public async Task Settings_that_would_lose_acknowledged_records_make_it_unhealthy()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"ALTER DATABASE {connection.Database} SET synchronous_commit = local");
        var weak = await OpenAsync();

        var fault = await weak.CheckHealthAsync(None);
        await ExecuteAsync(connection, $"ALTER DATABASE {connection.Database} RESET synchronous_commit");

        Assert.Contains("synchronous_commit", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(500)]
    public async Task Every_append_is_announced_to_other_processes(int records)
    {
        await using var listener = new NpgsqlConnection(database.ConnectionString);
        await listener.OpenAsync();
        var told = new TaskCompletionSource();
        listener.Notification += (_, heard) =>
        {
            if (heard.Payload.Split('\n').Contains(Topic)) told.TrySetResult();
        };
        await ExecuteAsync(listener, "LISTEN eventlog");

        await EventLog.AppendAsync(Numbered(0, records, _ => "key"), None);

        while (!told.Task.IsCompleted) Assert.True(await listener.WaitAsync(Limit), "Nothing was announced.");
    }

    [Theory]
    [InlineData("00-eda2b6b2dd248d52588a8d17f8504454-0026269364c8f7d2-00")]
    [InlineData("00-EDA2B6B2DD248D52588A8D17F8504454-0026269364c8f7d2-01")]
    [InlineData("01-eda2b6b2dd248d52588a8d17f8504454-0026269364c8f7d2-01")]
    [InlineData("00-eda2b6b2dd248d52588a8d17f8504454-0026269364c8f7d2-0")]
    [InlineData("00-eda2b6b2dd248d52588a8d17f8504454_0026269364c8f7d2-01")]
    public async Task A_trace_context_comes_back_as_it_was_spelled(string spelled)
    {
        var header = new KeyValuePair<string, string>(LogHeaders.TraceParent, spelled);
        await EventLog.AppendAsync([new LogAppend(Topic, "key", [header, header], new byte[1])], None);

        var record = Assert.Single(await ReadAllAsync(EventLog));
        Assert.Equal([header, header], record.Headers);
    }

    [Fact]
    public async Task A_header_may_be_as_long_as_65_535_bytes_and_a_name_255()
    {
        KeyValuePair<string, string> longest = new(new string('n', 255), new string('v', 65_535));
        await EventLog.AppendAsync([new LogAppend(Topic, "key", [longest], new byte[1])], None);

        Assert.Equal([longest], Assert.Single(await ReadAllAsync(EventLog)).Headers);
        await Assert.ThrowsAsync<ArgumentException>(() => EventLog.AppendAsync(
            [new LogAppend(Topic, "key", [new(new string('n', 256), "")], new byte[1])], None));
        await Assert.ThrowsAsync<ArgumentException>(() => EventLog.AppendAsync(
            [new LogAppend(Topic, "key", [new("name", new string('v', 65_536))], new byte[1])], None));
    }

    [Fact]
    public async Task Headers_that_an_earlier_version_stored_are_read()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"""
            SELECT eventlog.append(ARRAY[id], ARRAY[0]::smallint[], ARRAY[1], ARRAY[1], ARRAY[0],
                ARRAY['k'::bytea],
                ARRAY['\x0007'::bytea || 'gateway' || '\x0006' || 'stripe' || '\x0003' || 'odd' || '\x0000'],
                ARRAY['1'::bytea])
            FROM eventlog.topics WHERE name = '{Topic}'
            """);

        var record = Assert.Single(await ReadAllAsync(EventLog));
        Assert.Equal([new("gateway", "stripe"), new("odd", "")], record.Headers);
    }

    [Fact]
    public async Task Records_of_one_append_share_rows_and_every_one_of_them_can_be_read_from()
    {
        var partition = new TopicPartition(Topic, Partitioner.PartitionOf("key", 4));
        await EventLog.AppendAsync(Numbered(0, 1, _ => "key"), None);
        await EventLog.AppendAsync(Numbered(1, 300, _ => "key"), None);
        await EventLog.AppendAsync(Numbered(301, 1, _ => "key"), None);
        await EventLog.AppendAsync(Numbered(302, 20, _ => "key"), None);

        // One, 256 and 44, one, 20.
        Assert.Equal(5, await RowsAsync());
        foreach (var offset in new[] { 0, 1, 2, 255, 256, 257, 258, 299, 300, 301, 302, 310, 321 })
        {
            foreach (var most in new[] { 1, 2, 45, 256, 1_000 })
            {
                var read = await EventLog.ReadAsync(partition, offset, most, None);
                Assert.Equal(Enumerable.Range(offset, Math.Min(most, 322 - offset)), read.Select(NumberOf));
                Assert.Equal(read.Select(NumberOf), read.Select(record => (int)record.Offset));
            }
        }
    }

    [Fact]
    public async Task I1_a_damaged_row_stops_the_reader_and_is_never_jumped_over()
    {
        var partition = new TopicPartition(Topic, Partitioner.PartitionOf("key", 4));
        await EventLog.AppendAsync(Numbered(0, 10, _ => "key"), None);
        await EventLog.AppendAsync(Numbered(10, 10, _ => "key"), None);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"""
            UPDATE eventlog.records SET value = substr(value, 1, length(value) - 3)
            WHERE log_offset = 9 AND topic_id = (SELECT id FROM eventlog.topics WHERE name = '{Topic}')
            """);

        var failure = await Assert.ThrowsAsync<EventLogException>(() => EventLog.ReadAsync(partition, 0, 100, None));

        Assert.Contains("damaged", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(10, 10), (await EventLog.ReadAsync(partition, 10, 100, None)).Select(NumberOf));
    }

    [Fact]
    public async Task Rows_of_a_process_of_the_version_before_are_read_among_ours()
    {
        var partition = new TopicPartition(Topic, Partitioner.PartitionOf("key", 4));
        await EventLog.AppendAsync(Numbered(0, 3, _ => "key"), None);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"""
            SELECT eventlog.append(ARRAY[id], ARRAY[{partition.Number}]::smallint[], ARRAY[2], ARRAY[1, 1], ARRAY[0, 1],
                ARRAY['key'::bytea, 'key'], ARRAY[''::bytea, ''], ARRAY['3'::bytea, '4'])
            FROM eventlog.topics WHERE name = '{Topic}'
            """);
        await EventLog.AppendAsync(Numbered(5, 3, _ => "key"), None);

        Assert.Equal(Enumerable.Range(0, 8), (await EventLog.ReadAsync(partition, 0, 100, None)).Select(NumberOf));
    }

    [Fact]
    public async Task Vacuum_and_analyze_leave_the_tables_of_records_alone_also_those_of_before()
    {
        var spared = await CountAsync(
            "reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1', 'autovacuum_analyze_threshold=2147483647']");
        Assert.Equal(await CountAsync("true"), spared);

        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, """
            DO $$ DECLARE name regclass;
            BEGIN
                FOR name IN SELECT oid FROM pg_class WHERE relname ~ '^records_[0-9]+_(default|[0-9]{8})$' AND relkind = 'r' LOOP
                    EXECUTE format('ALTER TABLE %s RESET (autovacuum_vacuum_insert_threshold, autovacuum_analyze_threshold)', name);
                END LOOP;
                DELETE FROM eventlog.migrations WHERE version LIKE '0002%';
                DROP FUNCTION eventlog.spare_from_upkeep;
            END $$
            """);
        await EventLog.EnsureTopicsAsync([Topic], None);

        Assert.Equal(spared, await CountAsync("reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1']"));
    }

    [Fact]
    public async Task Ensuring_topics_twice_at_once_makes_them_once()
    {
        var logs = await Task.WhenAll(OpenAsync(), OpenAsync(), OpenAsync());

        await Task.WhenAll(logs.Select(log => log.EnsureTopicsAsync([Topic, Topic + ".b"], None)));

        Assert.Equal(4, (await EventLog.GetOffsetsAsync(Topic + ".b", None)).Count);
    }

    protected override Task<IEventLog> CreateAsync() => Task.FromResult<IEventLog>(Open(database.ConnectionString));

    protected override async Task<MortalLog> CreateMortalAsync()
    {
        var target = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var link = new TcpProxy(target.Port);
        target.Port = link.Port;
        await Task.CompletedTask;
        return new LogBehindALink(Open(target.ConnectionString), link);
    }

    protected override async Task AgeAsync(TimeSpan by)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"""
            SELECT eventlog.add_day(id, ((clock_timestamp() - interval '{by}') AT TIME ZONE 'UTC')::date) FROM eventlog.topics WHERE name = '{Topic}'
            """);
        await ExecuteAsync(connection, $"""
            UPDATE eventlog.records SET appended_at = appended_at - interval '{by}'
            WHERE topic_id = (SELECT id FROM eventlog.topics WHERE name = '{Topic}')
            """);
    }

    [Fact]
    public async Task Appends_that_come_close_together_begin_a_little_apart_but_neither_one_alone_nor_many_wait()
    {
        var options = TestOptions;
        options.Postgres.ConnectionString = database.ConnectionString;
        var clock = new FakeTimeProvider();
        await using var paced = new PostgresEventLog(options, clock, NullLogger.Instance);
        var apart = TimeSpan.FromMilliseconds(options.Postgres.AppendGapMs);
        await paced.EnsureTopicsAsync([Topic], CancellationToken.None);
        await AppendAsync(1);
        await AppendAsync(20);
        await AppendAsync(1);

        await AppendTogetherAsync();
        var next = AppendAsync(1);
        await Task.Delay(200);
        Assert.False(next.IsCompleted);
        clock.Advance(apart);
        await next;

        await AppendTogetherAsync();
        await AppendAsync(64);

        Task AppendAsync(int count) => paced.AppendAsync(
            [.. Enumerable.Range(0, count).Select(number => new LogAppend(Topic, $"key-{number}", [], "{}"u8.ToArray()))],
            CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        // While one append waits for the lock of a partition, two callers come: the next append holds what both have brought.
        async Task AppendTogetherAsync()
        {
            await using var holder = new NpgsqlConnection(database.ConnectionString);
            await holder.OpenAsync();
            await using var transaction = await holder.BeginTransactionAsync();
            await ExecuteAsync(holder, "SELECT FROM eventlog.partitions FOR UPDATE");
            var first = AppendAsync(1);
            await using var isAwaited = new NpgsqlCommand(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))", holder);
            await Eventually.Async(async () => await isAwaited.ExecuteScalarAsync() is true, TimeSpan.FromSeconds(30));
            var both = Task.WhenAll(AppendAsync(1), AppendAsync(1));
            await transaction.CommitAsync();
            await first;
            await both;
        }
    }

    private static PostgresEventLog Open(string connectionString)
    {
        var options = TestOptions;
        options.Postgres.ConnectionString = connectionString;
        // More than by default, so that what holds for lanes beside each other is tested.
        options.Postgres.AppendsInFlight = 2;
        return new PostgresEventLog(options, TimeProvider.System, NullLogger.Instance);
    }

    private async Task<long> CountAsync(string condition)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ '^records_[0-9]+_(default|[0-9]{{8}})$' AND {condition}",
            connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<long> RowsAsync()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"SELECT count(*) FROM eventlog.records WHERE topic_id = (SELECT id FROM eventlog.topics WHERE name = '{Topic}')", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class LogBehindALink(IEventLog log, TcpProxy link) : MortalLog(log)
    {
        public override Task DieAsync()
        {
            link.Cut();
            return Task.CompletedTask;
        }

        public override Task ReviveAsync()
        {
            link.Mend();
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await link.DisposeAsync();
        }
    }
}
