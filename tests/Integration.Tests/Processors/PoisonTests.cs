using PaymentPipeline.EventLog;
using PaymentPipeline.Processors.DeadLetters;
using PaymentPipeline.Processors.Webhooks;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Integration.Tests.Processors;

public sealed class PoisonTests
{
    [Fact]
    public async Task F38_what_the_database_refuses_is_quarantined_after_five_tries_and_its_neighbours_are_applied()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        // A NUL is legal in JSON and in our readers, but PostgreSQL's text cannot hold it.
        await server.AppendAsync([.. Enumerable.Range(0, 40).Select(i => i is 7 or 30 ? $"e{i} p\0{i} 100" : $"e{i} p{i} 100")]);
        await server.UntilCommittedAsync(40);

        var letters = await server.DeadLettersAsync();
        Assert.Equal([7, 30], letters.Select(letter => (int)letter.Offset).Order());
        Assert.All(letters, letter => Assert.Equal(("refused", "SQLSTATE 22021", 5), (letter.Reason, letter.Error, letter.Attempts)));
        Assert.Equal(38, await server.ScalarAsync<int>("SELECT count(*) FROM books.payments"));
        Assert.Equal(2, await server.ScalarAsync<int>("SELECT count(*) FROM books.attempts WHERE count = 5"));
    }

    [Fact]
    public async Task F38_a_record_that_kills_the_worker_is_found_and_quarantined_by_the_workers_after_it()
    {
        var database = await ProcessorsServer.DatabaseAsync();
        await using var server = await ProcessorsServer.StartAsync(database);
        var records = Enumerable.Range(0, 3).Select(i => new LogRecord(
            new TopicPartition("webhooks.other", 0), i, "k", ProcessorsServer.Webhook("flaky", "").Headers,
            System.Text.Encoding.UTF8.GetBytes($"crash{i} pc{i} 100"), TimeProvider.System.GetUtcNow())).ToList();
        var now = TimeProvider.System.GetUtcNow();
        var attempts = server.Get<PaymentPipeline.Storage.AttemptStore>();
        // What dead processes leave behind: they began at offset 0 again and again, and died over offset 1.
        for (var died = 0; died < 8; died++) await attempts.CountAsync("begin webhooks.other", 0, 0, now, default);
        for (var died = 0; died < 5; died++) await attempts.CountAsync("webhooks.other", 0, 1, now, default);

        await server.Get<WebhookProcessor>().ProcessAsync(records, CancellationToken.None);

        var letter = Assert.Single(await server.DeadLettersAsync());
        Assert.Equal(("crashes", 1, 5), (letter.Reason, (int)letter.Offset, letter.Attempts));
        Assert.NotNull(await server.FindAsync("pc0"));
        Assert.Null(await server.FindAsync("pc1"));
        Assert.NotNull(await server.FindAsync("pc2"));
    }

    [Fact]
    public async Task A_dead_letter_is_driven_again_with_one_effect_however_often()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        FlakyGateway.IsMended = false;
        try
        {
            await server.AppendAsync("redrive1 predrive 100");
            await server.UntilCommittedAsync(1);
            var letter = Assert.Single(await server.DeadLettersAsync());
            var redrive = Redrive(server);
            Assert.Equal(RedriveOutcome.RefusedAgain, await redrive.RedriveAsync(letter.Id, "test", default));
            Assert.Null(await server.FindAsync("predrive"));

            FlakyGateway.IsMended = true;
            Assert.Equal(RedriveOutcome.Applied, await redrive.RedriveAsync(letter.Id, "test", default));
            Assert.Equal(RedriveOutcome.AlreadyDone, await redrive.RedriveAsync(letter.Id, "test", default));
            Assert.Equal(RedriveOutcome.NotFound, await redrive.RedriveAsync(letter.Id + 1000, "test", default));
            Assert.Equal(100, (await server.FindAsync("predrive"))!.AmountCaptured);
            Assert.Empty(await server.DeadLettersAsync());

            // The process died between the commit and the note that it was done.
            await server.ScalarAsync<int>("UPDATE books.dead_letters SET redrive_outcome = NULL RETURNING 1");
            Assert.Equal(RedriveOutcome.Duplicate, await redrive.RedriveAsync(letter.Id, "test", default));
            Assert.Equal(100, (await server.FindAsync("predrive"))!.AmountCaptured);
        }
        finally
        {
            FlakyGateway.IsMended = true;
        }
    }

    [Fact]
    public async Task The_trace_of_the_webhook_goes_with_the_event()
    {
        await using var server = await ProcessorsServer.StartAsync(await ProcessorsServer.DatabaseAsync());
        await server.AppendAsync("trace1 ptrace 100");
        await Eventually.Async(async () => (await server.ReadAsync(Topics.PaymentEvents)).Count > 0, ProcessorsServer.Soon);
        var told = (await server.ReadAsync(Topics.PaymentEvents))[0];
        Assert.Equal(ProcessorsServer.TraceParent, told.Header(LogHeaders.TraceParent));
        Assert.Equal("PaymentCaptured", told.Header(LogHeaders.EventType));
        Assert.Equal($"pay_{(await server.FindAsync("ptrace"))!.Id:N}", told.Key);
    }

    private static DeadLetterRedrive Redrive(ProcessorsServer server) => new(
        server.Get<PaymentPipeline.Storage.DeadLetterStore>(), server.Get<PaymentPipeline.Storage.PaymentStore>(),
        server.Get<RecordReader>(), TimeProvider.System);
}
