using System.Text;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Operations;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>Many callers at once: the database decides, and it decides once.</summary>
public sealed class OperationRaceTests(Books books) : IClassFixture<Books>
{
    private readonly Api _api = new(books);

    [Fact]
    public async Task H111_T8_500_requests_with_one_key_begin_one_operation()
    {
        var begins = await AtOnceAsync(500, i => _api.CreateAsync("key-500", 1000, body: "the same"));

        var begun = Assert.Single(begins.OfType<OperationBegin.Begun>());
        Assert.Equal(499, begins.OfType<OperationBegin.InFlight>().Count());
        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.api_operations WHERE idempotency_key = 'key-500'"));

        var answer = (await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded)).Response!;
        var replays = await AtOnceAsync(50, i => _api.CreateAsync("key-500", 1000, body: "the same"));
        Assert.All(replays, replay => Assert.Equal(answer.Body, Assert.IsType<OperationBegin.Replayed>(replay).Response.Body));
    }

    [Fact]
    public async Task H111_500_captures_with_one_key_reserve_once()
    {
        var payment = await _api.AuthorizedAsync("one-key");
        var begins = await AtOnceAsync(500, i => _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "capture-500", 300));

        Assert.Single(begins.OfType<OperationBegin.Begun>());
        Assert.Equal((300, 0, 1), await _api.HoldsAsync(payment.Id));
    }

    [Fact]
    public async Task H114_100_parallel_captures_never_take_more_than_is_authorised()
    {
        var payment = await _api.AuthorizedAsync("h114");
        var begins = await AtOnceAsync(100, async i =>
        {
            var begin = await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, $"h114-{i}", 30);
            if (begin is OperationBegin.Begun begun)
                await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, $"cap_h114_{i}",
                    Fact(FactKind.Captured, "pi_h114", $"cap_h114_{i}", 30));
            return begin;
        });

        Assert.Equal(33, begins.OfType<OperationBegin.Begun>().Count());
        Assert.All(begins.OfType<OperationBegin.Refused>(),
            refused => Assert.Contains(Text(refused), new[] { "amount_too_large", OperationRules.InProgress }));
        Assert.Equal(990, (await books.FindAsync("pi_h114"))!.AmountCaptured);
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
    }

    [Fact]
    public async Task H115_200_parallel_refunds_never_give_back_more_than_was_captured()
    {
        var payment = await _api.CapturedAsync("h115");
        var begins = await AtOnceAsync(200, async i =>
        {
            var begin = await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, $"h115-{i}", 7);
            // Every third is never answered, and what it holds stays held.
            if (begin is OperationBegin.Begun begun && i % 3 != 0)
                await _api.SettleAsync(begun.Operation, ApiOperationState.Accepted, $"re_h115_{i}",
                    Fact(FactKind.RefundSucceeded, "pi_h115", $"re_h115_{i}", 7, founds: false));
            return begin;
        });

        var after = (await books.FindAsync("pi_h115"))!;
        var holds = await _api.HoldsAsync(payment.Id);
        Assert.Equal(142, begins.OfType<OperationBegin.Begun>().Count());
        Assert.Equal(142 * 7, after.AmountRefunded + holds.Refunds);
    }

    [Fact]
    public async Task H116_of_a_capture_and_a_cancel_exactly_one_begins()
    {
        for (var round = 0; round < 20; round++)
        {
            var payment = await _api.AuthorizedAsync($"h116-{round}");
            var begins = await AtOnceAsync(8, i => i % 2 == 0
                ? _api.BeginAsync(ApiOperationKind.Capture, payment.Id, $"h116-{round}-{i}", 1000)
                : _api.BeginAsync(ApiOperationKind.Cancel, payment.Id, $"h116-{round}-{i}"));

            var begun = Assert.Single(begins.OfType<OperationBegin.Begun>());
            Assert.Equal(7, begins.OfType<OperationBegin.Refused>().Count());
            var captures = begun.Operation.Kind == ApiOperationKind.Capture;
            await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, $"part-{round}", captures
                ? Fact(FactKind.Captured, payment.GatewayPaymentId, $"part-{round}", 1000)
                : Fact(FactKind.Voided, payment.GatewayPaymentId, $"part-{round}"));
            var late = await _api.BeginAsync(
                captures ? ApiOperationKind.Cancel : ApiOperationKind.Capture, payment.Id, $"h116-{round}-late");
            Assert.Equal("payment_state", Text(Assert.IsType<OperationBegin.Refused>(late)));
        }
    }

    [Fact]
    public async Task H117_nothing_begins_on_a_payment_whose_last_operation_is_unknown()
    {
        var payment = await _api.AuthorizedAsync("h117");
        var capture = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "h117-1", 400);
        await _api.SettleAsync(capture.Operation, ApiOperationState.Unknown);

        var unresolved = Assert.IsType<OperationBegin.Unresolved>(
            await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "h117-2", 100));
        Assert.Equal((400, 0, 1), await _api.HoldsAsync(payment.Id));

        var taken = Assert.Single(await books.Operations.TakeOverAsync(1, unresolved.Operation.Id, CancellationToken.None));
        Assert.Empty(await books.Operations.TakeOverAsync(1, unresolved.Operation.Id, CancellationToken.None));
        await _api.SettleAsync(taken.Operation, ApiOperationState.Failed);
        Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "h117-2", 100));
        Assert.Equal((100, 0, 1), await _api.HoldsAsync(payment.Id));
    }

    [Fact]
    public async Task H117_a_crashed_operation_counts_as_unknown_once_its_lease_is_over()
    {
        var payment = await _api.CapturedAsync("h117-crash");
        await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, "h117-crash-1", 10);
        Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, "h117-crash-2", 10));
        await _api.ExpireLeasesAsync(payment.Id);
        Assert.IsType<OperationBegin.Unresolved>(await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, "h117-crash-3", 10));
    }

    [Fact]
    public async Task A_refusal_that_others_may_lift_is_not_kept_with_the_key()
    {
        var payment = await _api.AuthorizedAsync("lifted");
        var first = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "lifted-1", 900);
        var refused = Assert.IsType<OperationBegin.Refused>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "lifted-2", 200));
        Assert.Equal(OperationRules.InProgress, Text(refused));
        await _api.SettleAsync(first.Operation, ApiOperationState.Failed);
        Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "lifted-2", 200));
    }

    [Fact]
    public async Task Webhooks_and_replies_about_one_payment_at_once_end_in_the_same_figures()
    {
        var payment = await _api.AuthorizedAsync("mixed");
        var begins = await AtOnceAsync(20, i => _api.BeginAsync(ApiOperationKind.Capture, payment.Id, $"mixed-{i}", 50));
        await AtOnceAsync(20, async i =>
        {
            var fact = Fact(FactKind.Captured, "pi_mixed", $"cap_mixed_{i}", 50, founds: true, $"ch_mixed_{i}");
            var operation = ((OperationBegin.Begun)begins[i]).Operation;
            await Task.WhenAll(
                books.CommitAsync($"evt_mixed_{i}", fact),
                _api.SettleAsync(operation, ApiOperationState.Succeeded, $"cap_mixed_{i}", fact));
            return true;
        });

        Assert.Equal(1000, (await books.FindAsync("pi_mixed"))!.AmountCaptured);
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
        Assert.Equal(20, await books.ScalarAsync<int>("SELECT count(*) FROM books.journal WHERE owner = @Id", new { payment.Id }));
    }

    private static async Task<T[]> AtOnceAsync<T>(int count, Func<int, Task<T>> work) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => work(i))));

    private static string Text(OperationBegin.Refused refused) => Encoding.UTF8.GetString(refused.Response.Body);
}
