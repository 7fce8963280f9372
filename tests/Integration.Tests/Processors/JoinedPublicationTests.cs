using Dapper;
using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.EventLog;
using PaymentPipeline.Integration.Tests.Storage;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Processors;

/// <summary>
/// Books and log in one database. <c>Books</c> stages in the outbox, as the API does; the server's own store publishes in its
/// transactions.
/// </summary>
public sealed class JoinedPublicationTests : IAsyncLifetime
{
    private const string NoRelay = "--Processors:OutboxPollMs=60000";
    private readonly Books _books = new();

    public Task InitializeAsync() => _books.InitializeAsync();

    public Task DisposeAsync() => _books.DisposeAsync();

    [Fact]
    public async Task F4_events_are_in_log_and_feed_with_the_commit_and_never_in_the_outbox()
    {
        await using var server = await ProcessorsServer.StartAsync(_books.ConnectionString);
        await _books.ExecuteAsync("ALTER TABLE books.outbox ADD CONSTRAINT nothing_comes_here CHECK (false)");

        var result = await CommitAsync(server, "evt_1", "pi_1", "cap_1");

        var told = await server.ReadAsync(Topics.PaymentEvents);
        Assert.NotEmpty(told);
        Assert.Equal(0, result.Staged);
        Assert.Equal(await FedAsync(), told.Select(record => record.Header(LogHeaders.EventId)));
        Assert.Equal((await new EventFeed(_books.Database).RangeAsync(default)).Newest, told.Count);
    }

    [Fact]
    public async Task F4_a_commit_that_fails_leaves_nothing_in_the_log_and_no_gap()
    {
        await using var server = await ProcessorsServer.StartAsync(_books.ConnectionString);
        await _books.ExecuteAsync("""
            CREATE FUNCTION books.fail_late() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'late' USING ERRCODE = 'check_violation';
            END $$;
            CREATE CONSTRAINT TRIGGER fail_late AFTER INSERT ON books.audit_batches
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION books.fail_late();
            """);
        await Assert.ThrowsAnyAsync<Exception>(() => CommitAsync(server, "evt_1", "pi_1", "cap_1"));
        Assert.Empty(await server.ReadAsync(Topics.PaymentEvents));
        Assert.Empty(await FedAsync());

        await _books.ExecuteAsync("DROP TRIGGER fail_late ON books.audit_batches");
        await CommitAsync(server, "evt_1", "pi_1", "cap_1");

        var told = await server.ReadAsync(Topics.PaymentEvents);
        Assert.Equal(0, told[0].Offset);
        Assert.Equal(await FedAsync(), told.Select(record => record.Header(LogHeaders.EventId)));
    }

    [Fact]
    public async Task I23_what_the_api_staged_before_goes_first()
    {
        await using var server = await ProcessorsServer.StartAsync(_books.ConnectionString, null, NoRelay);
        await _books.CommitAsync("evt_1", Books.Fact(FactKind.Authorized, "pi_1", "auth_1", 100));
        Assert.True(await StagedAsync() > 0);

        await CommitAsync(server, "evt_2", "pi_1", "cap_1");

        Assert.Equal(0, await StagedAsync());
        await AssertInOrderAsync(server);
    }

    [Fact]
    public async Task I23_what_is_staged_while_nothing_seems_to_wait_goes_first_too()
    {
        await using var server = await ProcessorsServer.StartAsync(_books.ConnectionString, null, NoRelay);
        await CommitAsync(server, "evt_1", "pi_1", "cap_1");
        for (var i = 2; i < 20; i += 2)
        {
            await _books.CommitAsync($"evt_{i}", Books.Fact(FactKind.Captured, "pi_1", $"cap_{i}", 100));
            var result = await CommitAsync(server, $"evt_{i + 1}", "pi_1", $"cap_{i + 1}");
            Assert.Equal((0, 2), (result.Staged, result.Published.ByTopic.Single().Value));
        }

        await AssertInOrderAsync(server);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(50)]
    public async Task Readers_in_other_processes_are_told_of_every_batch(int events)
    {
        await using var server = await ProcessorsServer.StartAsync(_books.ConnectionString, null, NoRelay);
        await using var listener = new NpgsqlConnection(_books.ConnectionString);
        await listener.OpenAsync();
        await listener.ExecuteAsync("LISTEN eventlog; LISTEN event_feed");
        var (log, feed) = (new TaskCompletionSource(), new TaskCompletionSource());
        listener.Notification += (_, heard) =>
        {
            if (heard.Channel == EventFeed.Channel) feed.TrySetResult();
            else if (heard.Payload.Split('\n').Contains(Topics.PaymentEvents)) log.TrySetResult();
        };

        await server.Get<PaymentStore>().CommitBatchAsync(
            [.. Enumerable.Range(0, events).Select(i => Record($"evt_{i}", Books.Fact(FactKind.Captured, "pi_1", $"cap_{i}", 100)))],
            "test", default);

        using var patience = new CancellationTokenSource(ProcessorsServer.Soon);
        while (!log.Task.IsCompleted || !feed.Task.IsCompleted) await listener.WaitAsync(patience.Token);
    }

    [Fact]
    public async Task I23_behind_a_long_outbox_a_batch_stays_in_order_and_nothing_is_stuck()
    {
        await using var server = await ProcessorsServer.StartAsync(_books.ConnectionString, null, NoRelay);
        for (var i = 0; i < 250; i++)
            await _books.CommitAsync($"evt_{i}", Books.Fact(FactKind.Captured, "pi_1", $"cap_{i}", 100));

        var result = await CommitAsync(server, "evt_last", "pi_1", "cap_last");
        Assert.True(result.Staged > 0);
        var publication = server.Get<JoinedPublication>();
        while ((await publication.PublishWaitingAsync(default)).ByTopic.Count > 0) Assert.True(true);

        Assert.Equal(0, await StagedAsync());
        await AssertInOrderAsync(server);
    }

    [Fact]
    public async Task I23_I26_stagers_publishers_and_two_relays_race_and_order_and_positions_hold()
    {
        const int Payments = 12, Rounds = 12;
        await using var first = await ProcessorsServer.StartAsync(_books.ConnectionString, null, "--Processors:OutboxPollMs=5");
        await using var second = await ProcessorsServer.StartAsync(
            _books.ConnectionString, null, "--Processors:OutboxPollMs=5", "--Processors:WorkerName=second");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            for (var round = 0; round < Rounds; round++)
                for (var payment = 0; payment < Payments; payment++)
                {
                    var fact = Books.Fact(FactKind.Captured, $"pi_{payment}", $"cap_{payment}_{round}_{writer}", 100);
                    var record = Record($"evt_{payment}_{round}_{writer}", fact);
                    await Again(() => (writer % 3) switch
                    {
                        0 => _books.CommitAsync(record),
                        1 => first.Get<PaymentStore>().CommitBatchAsync([record], "first", default),
                        _ => second.Get<PaymentStore>().CommitBatchAsync([record], "second", default),
                    });
                }
        }));
        await Eventually.Async(async () => await StagedAsync() == 0, ProcessorsServer.Soon);

        await AssertInOrderAsync(first);
        Assert.Equal(
            Payments * Rounds * 6, await _books.ScalarAsync<int>("SELECT count(*) FROM books.transitions WHERE event_type = 'PaymentCaptured'"));
    }

    private Task<BatchResult> CommitAsync(ProcessorsServer server, string eventKey, string payment, string part) =>
        server.Get<PaymentStore>().CommitBatchAsync([Record(eventKey, Books.Fact(FactKind.Captured, payment, part, 100))], "test", default);

    private IncomingRecord Record(string eventKey, Fact fact)
    {
        lock (_books) return _books.Record(Books.Event(eventKey, fact));
    }

    /// <summary>More writers at one payment than a store's own tries are made for: again, as a processor would.</summary>
    private static async Task Again(Func<Task<BatchResult>> commit)
    {
        while (true)
        {
            try
            {
                await commit();
                return;
            }
            catch (Exception exception) when (DatabaseErrors.Classify(exception) == DatabaseErrorKind.Race)
            {
                await Task.Yield();
            }
        }
    }

    private Task<int> StagedAsync() => _books.ScalarAsync<int>("SELECT count(*) FROM books.outbox");

    private Task<IReadOnlyList<string>> FedAsync() => _books.QueryAsync<string>("SELECT event_id FROM books.feed ORDER BY position");

    /// <summary>Each transition is told once, in the order of its payment's versions, in the log and in a feed without gaps.</summary>
    private async Task AssertInOrderAsync(ProcessorsServer server)
    {
        var told = await server.ReadAsync(Topics.PaymentEvents);
        Assert.Equal(await _books.ScalarAsync<int>("SELECT count(*) FROM books.transitions"), told.Count);
        foreach (var payment in told.GroupBy(record => record.Key))
            Assert.Equal(
                Enumerable.Range(1, payment.Count()).Select(version => $"{payment.Key}.{version}"),
                payment.Select(record => record.Header(LogHeaders.EventId)));
        Assert.Equal(await FedAsync(), told.Select(record => record.Header(LogHeaders.EventId)));
        Assert.Equal(
            Enumerable.Range(1, told.Count).Select(position => (long)position),
            await _books.QueryAsync<long>("SELECT position FROM books.feed ORDER BY position"));
    }
}
