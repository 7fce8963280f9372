using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using PaymentPipeline.TestKit;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>A webhook and the API's own reply at the same moment, about the same payment.</summary>
public sealed class WaitingBatchTests(Books books) : IClassFixture<Books>
{
    private readonly Api _api = new(books);

    [Fact]
    public async Task A_webhook_that_waited_for_the_settlement_sees_the_names_it_stored_and_is_not_repeated()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("create-waited");
        var payment = begun.Snapshot.Payment;
        var races = new RaceCounter();
        var store = new PaymentStore(books.Database, Options.Create(new DatabaseOptions { ConnectionString = books.ConnectionString }),
            TimeProvider.System, new StorageMetrics(), races);
        await using var connection = await books.Database.OpenConnectionAsync();
        await using var settling = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("SELECT FROM books.payments WHERE id = @Id FOR UPDATE", new { payment.Id }, settling);
        await connection.ExecuteAsync(
            "INSERT INTO books.payment_aliases (gateway, account, alias, payment_id) VALUES ('stripe', 'default', 'pi_waited', @Id)",
            new { payment.Id }, settling);

        var fact = Fact(FactKind.Authorized, "pi_waited", "ch_waited", 1000, true, payment.GatewayPaymentId);
        var webhook = store.CommitBatchAsync([books.Record(Event("evt_waited", fact))], "test", CancellationToken.None);
        await Eventually.Async(async () => await books.ScalarAsync<int>(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") > 0, TimeSpan.FromSeconds(60));
        await settling.CommitAsync();
        await webhook;

        Assert.Equal(0, races.Count);
        Assert.Equal((payment.Id, 1000), ((await books.FindAsync("pi_waited"))!.Id, (await books.FindAsync("pi_waited"))!.AmountAuthorized));
    }

    /// <summary>All that a store logs are races.</summary>
    private sealed class RaceCounter : ILogger<PaymentStore>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
