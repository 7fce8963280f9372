using System.Text;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Operations;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

public sealed class OperationTests(Books books) : IClassFixture<Books>
{
    private readonly Api _api = new(books);

    [Fact]
    public async Task A_payment_is_in_the_books_under_its_own_name_before_its_gateway_hears_of_it()
    {
        var begun = Assert.IsType<OperationBegin.Begun>(await _api.CreateAsync("key-first", 1250));

        var payment = await books.FindAsync(Api.NameOf(begun.Operation.PaymentId));
        Assert.NotNull(payment);
        Assert.Equal((PaymentStatus.RequiresPaymentMethod, 1250, 0, PaymentOrigin.Api),
            (payment.Status, payment.Amount, payment.Version, payment.Origin));
        Assert.False(payment.HasGatewayPaymentId);
        Assert.Equal(("order-1", "user-1", "EUR"), (payment.OrderId, payment.UserId, payment.Currency?.Code));
        Assert.Equal((Api.NameOf(payment.Id), 1L, false), (begun.Operation.GatewayKey, begun.Operation.LeaseEpoch, begun.IsResumed));
    }

    [Fact]
    public async Task A_reply_is_folded_answered_and_audited_in_one_transaction()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("key-reply");
        var settled = await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, "ch_reply",
            Fact(FactKind.Authorized, "pi_reply", "ch_reply", 1000));

        Assert.Equal(ApiOperationState.Succeeded, settled.Operation.State);
        Assert.Equal((PaymentStatus.Authorized, "pi_reply"), (settled.Snapshot.Payment.Status, settled.Snapshot.Payment.GatewayPaymentId));
        Assert.Equal(settled.Snapshot.Payment.Id, (await books.FindAsync("pi_reply"))?.Id);
        Assert.Equal(1, await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.audit_batches WHERE operation_ids = ARRAY[@Id]", new { begun.Operation.Id }));
        Assert.Equal(1, await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.transitions WHERE payment_id = @Id AND inbox_key IS NULL", new { begun.Operation.Id }));
        Assert.Equal(0, await books.ScalarAsync<int>(
            "SELECT octet_length(request) FROM books.api_operations WHERE id = @Id", new { begun.Operation.Id }));

        var again = Assert.IsType<OperationBegin.Replayed>(await _api.CreateAsync("key-reply"));
        Assert.Equal(settled.Response?.Body, again.Response.Body);
    }

    [Fact]
    public async Task H110_a_key_used_for_another_request_is_refused()
    {
        await _api.CreateAsync("key-reused", 1000);
        Assert.IsType<OperationBegin.KeyReused>(await _api.CreateAsync("key-reused", 1001));
        Assert.IsType<OperationBegin.Begun>(await _api.CreateAsync("key-reused", 1001, principal: "other shop"));
    }

    [Fact]
    public async Task I18_settling_again_answers_the_same_and_does_nothing_more()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("key-twice");
        var fact = Fact(FactKind.Authorized, "pi_twice_api", "ch_twice_api", 1000);
        var first = await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, "ch", fact);
        var second = await _api.SettleAsync(begun.Operation, ApiOperationState.Failed, "ch", fact);

        Assert.Equal(first.Response!.Body, second.Response!.Body);
        Assert.Equal(ApiOperationState.Succeeded, second.Operation.State);
        Assert.Equal(1, await books.ScalarAsync<int>(
            "SELECT version FROM books.payments WHERE id = @Id", new { begun.Operation.Id }));
    }

    [Fact]
    public async Task A_capture_reserves_before_the_gateway_is_asked_and_settles_after()
    {
        var payment = await _api.AuthorizedAsync("reserve");
        var begun = Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "key-reserve", 400));
        Assert.Equal((400, 0, 1), await _api.HoldsAsync(payment.Id));
        Assert.Equal(400, begun.Snapshot.CaptureReserved);

        var settled = await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, "cap_reserve",
            Fact(FactKind.Captured, "pi_reserve", "cap_reserve", 400));
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
        Assert.Equal(400, settled.Snapshot.Payment.AmountCaptured);
    }

    [Fact]
    public async Task A_refused_operation_is_answered_the_same_ever_after()
    {
        var payment = await _api.AuthorizedAsync("refused");
        var first = Assert.IsType<OperationBegin.Refused>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "key-refused", 1001));
        Assert.Equal("amount_too_large", Encoding.UTF8.GetString(first.Response.Body));
        var again = Assert.IsType<OperationBegin.Replayed>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "key-refused", 1001));
        Assert.Equal(first.Response.Body, again.Response.Body);
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
    }

    [Fact]
    public async Task H104_anothers_payment_is_not_found_and_the_key_stays_free()
    {
        var payment = await _api.AuthorizedAsync("hidden");
        var nothing = new Visibility([("stripe", "other")]);
        Assert.IsType<OperationBegin.NotFound>(
            await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "key-hidden", 1, visibility: nothing));
        Assert.IsType<OperationBegin.NotFound>(await _api.BeginAsync(ApiOperationKind.Capture, Guid.Empty, "key-hidden", 1));
        Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "key-hidden", 1));
    }

    [Fact]
    public async Task A_worker_whose_lease_ran_out_cannot_settle()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("key-lease");
        Assert.IsType<OperationBegin.InFlight>(await _api.CreateAsync("key-lease"));
        await _api.ExpireLeasesAsync(begun.Operation.PaymentId);
        var resumed = Assert.IsType<OperationBegin.Begun>(await _api.CreateAsync("key-lease"));

        Assert.Equal((true, 2L, begun.Operation.Id), (resumed.IsResumed, resumed.Operation.LeaseEpoch, resumed.Operation.Id));
        Assert.Equal(begun.Operation.Request, resumed.Operation.Request);
        await Assert.ThrowsAsync<LeaseLostException>(() => _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded));
        Assert.NotNull((await _api.SettleAsync(resumed.Operation, ApiOperationState.Failed)).Response);
    }

    [Fact]
    public async Task I22_what_a_crash_left_is_taken_over_by_the_completer_once()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("key-crash");
        await _api.ExpireLeasesAsync(begun.Operation.PaymentId);
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            _ => books.Operations.TakeOverAsync(100, null, CancellationToken.None)));

        var mine = Assert.Single(taken.SelectMany(some => some), some => some.Operation.Id == begun.Operation.Id);
        Assert.Equal((2L, 2), (mine.Operation.LeaseEpoch, mine.Operation.Tries));
    }
}
