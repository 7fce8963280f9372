using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>The invariants of operations and keys, in books of their own: clean after every way an operation can go.</summary>
public sealed class OperationInvariantTests(Books books) : IClassFixture<Books>
{
    private readonly Api _api = new(books);

    [Fact]
    public async Task I16_to_I22_hold_after_every_way_that_an_operation_can_go()
    {
        var payment = await _api.CapturedAsync("ways");
        var states = new[]
        {
            ApiOperationState.Succeeded, ApiOperationState.Failed, ApiOperationState.Accepted, ApiOperationState.Unknown, ApiOperationState.Open,
        };
        foreach (var state in states)
        {
            var begun = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, $"ways-{state}", 10);
            if (state == ApiOperationState.Open) continue;
            var told = state == ApiOperationState.Succeeded
                ? new[] { Fact(FactKind.RefundSucceeded, "pi_ways", "re_ways", 10, founds: false) }
                : [];
            await _api.SettleAsync(begun.Operation, state, $"re_ways_{state}", told);
            if (state == ApiOperationState.Unknown) break;
        }
        await CleanAsync();

        // I22: the completer alone brings what is left to an end.
        await _api.ExpireLeasesAsync(payment.Id);
        foreach (var taken in await books.Operations.TakeOverAsync(100, null, CancellationToken.None))
            await _api.SettleAsync(taken.Operation, ApiOperationState.Failed);
        await CleanAsync();
        Assert.Equal((0, 10, 1), await _api.HoldsAsync(payment.Id));
        Assert.IsType<OperationBegin.Replayed>(await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, "ways-Unknown", 10));
    }

    [Fact]
    public async Task I17_an_operation_that_nobody_sees_to_is_reported()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("i17");
        await books.ExecuteAsync("""
            UPDATE books.api_operations
            SET lease_until = now() - interval '10 minutes', next_try_at = now() - interval '10 minutes'
            WHERE id = @Id
            """, new { begun.Operation.Id });
        Assert.Equal(["I17"], await BrokenAsync());

        var taken = Assert.Single(await books.Operations.TakeOverAsync(1, begun.Operation.Id, CancellationToken.None));
        await _api.SettleAsync(taken.Operation, ApiOperationState.Failed);
        await CleanAsync();
    }

    [Fact]
    public async Task I21_a_forgotten_key_leaves_the_operation_and_nothing_is_charged_again()
    {
        var keys = new IdempotencyKeys(books.Database);
        var begun = (OperationBegin.Begun)await _api.CreateAsync("i21");
        await books.ExecuteAsync("UPDATE books.idempotency_keys SET created_at = created_at - interval '40 days', expires_at = now() - interval '1 day' WHERE key = 'i21'");
        Assert.Equal(0, await keys.ForgetAsync(100, CancellationToken.None));
        await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded);
        Assert.Equal(1, await keys.ForgetAsync(100, CancellationToken.None));

        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.api_operations WHERE id = @Id", new { begun.Operation.Id }));
        var again = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => _api.CreateAsync("i21", id: begun.Operation.PaymentId));
        Assert.Equal(Npgsql.PostgresErrorCodes.UniqueViolation, again.SqlState);
        await CleanAsync();
    }

    private async Task CleanAsync() => Assert.Empty(await BrokenAsync());

    private async Task<IEnumerable<string>> BrokenAsync() =>
        (await new Invariants(books.Database).CheckAsync(CancellationToken.None)).Where(result => result.Violations > 0).Select(result => result.Id);
}
