using System.Text;
using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Load.Growth;
using PaymentPipeline.Storage;
using PaymentPipeline.TestKit;
using Xunit;

namespace PaymentPipeline.Load.Tests.Growth;

public sealed class GrowerTests(PostgresDatabase server) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const int Payments = 1000;

    private readonly NpgsqlDataSource database = NpgsqlDataSource.Create(server.ConnectionString);

    public Task InitializeAsync() => new Migrator(database).MigrateAsync(CancellationToken.None);

    public Task DisposeAsync() => database.DisposeAsync().AsTask();

    [Fact]
    public async Task What_grew_breaks_no_invariant_and_is_complete()
    {
        var indexes = await ListAsync(IndexesSql);
        await GrowAsync();

        var results = await new Invariants(database).CheckAsync(CancellationToken.None);

        Assert.All(results, result => Assert.True(result.Violations == 0, $"{result.Id}: {result.Example}"));
        Assert.Equal([1000, 2000, 1000, 3000, 1000, 4000], await CountsAsync());
        Assert.Equal(indexes, await ListAsync(IndexesSql));
    }

    [Fact]
    public async Task Books_that_are_not_empty_stay_as_they_are()
    {
        await GrowAsync();

        await Assert.ThrowsAsync<UserErrorException>(() => Grower().GrowAsync(Payments, 2, _ => { }, CancellationToken.None));

        Assert.Equal([1000, 2000, 1000, 3000, 1000, 4000], await CountsAsync());
        await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync<object>("DELETE FROM books.transitions"));
    }

    [Fact]
    public async Task A_grown_payment_is_what_the_fold_makes_of_its_facts()
    {
        await GrowAsync();
        var id = await ScalarAsync<Guid>("SELECT id FROM books.payments ORDER BY random() LIMIT 1");
        var grown = await new PaymentQueries(database).GetAsync(id, CancellationToken.None);

        var facts = Facts(grown!);
        var folded = Payment.New(grown!.Id, facts[0], PaymentOrigin.External);
        var operations = new List<Operation>();
        var transitions = new List<Transition>();
        foreach (var fact in facts)
        {
            var result = PaymentFold.Apply(folded, fact);
            folded = result.Payment;
            operations.AddRange(result.ChangedOperations);
            transitions.AddRange(result.Transitions);
        }

        Assert.Equal(Encoding.UTF8.GetString(folded.Memory.ToJson()), Encoding.UTF8.GetString(grown.Memory.ToJson()));
        Assert.Equal(folded with { Memory = FoldMemory.Empty }, grown with { Memory = FoldMemory.Empty });
        Assert.Equal(
            transitions.Select(t => $"{t.Event.Id} {t.Event.Type} {PaymentStatusNames.Of(t.From)} {PaymentStatusNames.Of(t.To)} {t.Cause}"),
            await ListAsync($"SELECT concat_ws(' ', event_id, event_type, from_status, to_status, cause) FROM books.transitions WHERE payment_id = '{id}' ORDER BY version"));
        Assert.Equal(
            operations.Select(operation => $"{operation.Id} {operation.Kind} {operation.GatewayReference} {operation.AmountMinor} {operation.Status}"),
            await ListAsync($"SELECT concat_ws(' ', id, kind, gateway_reference, amount, status) FROM books.operations WHERE payment_id = '{id}'"));
    }

    [Fact]
    public async Task A_refund_of_a_grown_payment_folds_like_any_other()
    {
        await GrowAsync();
        var id = await ScalarAsync<Guid>("SELECT id FROM books.payments ORDER BY random() LIMIT 1");
        var grown = await new PaymentQueries(database).GetAsync(id, CancellationToken.None);

        var refund = Facts(grown!)[^1] with
        {
            Kind = FactKind.RefundSucceeded, Key = FactKey.Of(FactKind.RefundSucceeded, "re_1"), PartId = "re_1", IsCumulative = false,
            Amount = new Money(100, grown!.Currency!.Value),
        };
        var result = PaymentFold.Apply(grown, refund);

        Assert.Equal((PaymentStatus.PartiallyRefunded, 4), (result.Payment.Status, result.Payment.Version));
    }

    private const string IndexesSql = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'books' ORDER BY 1";

    private Grower Grower() => new(database, TimeProvider.System);

    // The same books for all tests of the class.
    private async Task GrowAsync()
    {
        if (await ScalarAsync<long>("SELECT count(*) FROM books.payments") == 0)
            await Grower().GrowAsync(Payments, connections: 2, _ => { }, CancellationToken.None);
    }

    private static Fact[] Facts(Payment grown)
    {
        var second = long.Parse(Encoding.UTF8.GetString(grown.Memory.ToJson()).Split('@')[1].Split('"')[0], System.Globalization.CultureInfo.InvariantCulture);
        var amount = new Money(grown.Amount, grown.Currency!.Value);
        Fact Of(FactKind kind, FactKey key, int after, bool isCumulative = false) => new()
        {
            Gateway = "stripe", Account = "default", Kind = kind, Key = key, Reference = grown.GatewayPaymentId,
            Aliases = [grown.GatewayPaymentId], FoundsPayment = true, OccurredAt = DateTimeOffset.FromUnixTimeSeconds(second + after),
            Amount = amount, PaymentAmount = amount, IsCumulative = isCumulative, OrderId = grown.OrderId, UserId = grown.UserId,
        };
        return
        [
            Of(FactKind.RequiresPaymentMethod, FactKey.Of(FactKind.RequiresPaymentMethod, $"{grown.GatewayPaymentId}@{second}"), 0),
            Of(FactKind.Authorized, FactKey.Total(FactKind.Authorized, grown.Amount), 2),
            Of(FactKind.Captured, FactKey.Total(FactKind.Captured, grown.Amount), 60, isCumulative: true),
        ];
    }

    private async Task<List<long>> CountsAsync()
    {
        var counts = new List<long>();
        foreach (var table in new[] { "payments", "payment_aliases", "operations", "transitions", "journal", "inbox" })
            counts.Add(await ScalarAsync<long>($"SELECT count(*) FROM books.{table}"));
        return counts;
    }

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
