using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>Two doors, one fold: a gateway's webhook and its reply tell the same, in either order.</summary>
public sealed class WebhookMeetsApiTests(Books books) : IClassFixture<Books>
{
    private readonly Api _api = new(books);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task F33_a_webhook_before_or_after_the_reply_gives_the_same_books(bool webhookFirst)
    {
        var name = $"f33-{webhookFirst}";
        var begun = (OperationBegin.Begun)await _api.CreateAsync($"key-{name}");
        var (id, own) = (begun.Operation.PaymentId, Api.NameOf(begun.Operation.PaymentId));
        await EitherAsync(webhookFirst, begun.Operation, $"pi_{name}",
            Fact(FactKind.Authorized, $"pi_{name}", $"ch_{name}", 1000, true, own));
        var capture = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Capture, id, $"capture-{name}", 600);
        await EitherAsync(webhookFirst, capture.Operation, $"cap_{name}",
            Fact(FactKind.Captured, $"pi_{name}", $"cap_{name}", 600, true, own));
        var refund = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Refund, id, $"refund-{name}", 200);
        await EitherAsync(webhookFirst, refund.Operation, $"re_{name}",
            Fact(FactKind.RefundSucceeded, $"pi_{name}", $"re_{name}", 200, false, own));

        var payment = (await books.FindAsync(own))!;
        Assert.Equal(("PARTIALLY_REFUNDED", 3, $"pi_{name}"),
            (PaymentStatusNames.Of(payment.Status), payment.Version, payment.GatewayPaymentId));
        Assert.Equal((1000, 600, 200), (payment.AmountAuthorized, payment.AmountCaptured, payment.AmountRefunded));
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(id));
        Assert.Equal(["Succeeded", "Succeeded", "Succeeded"],
            await books.QueryAsync<string>("SELECT state FROM books.api_operations WHERE payment_id = @id", new { id }));
        Assert.Equal(["PaymentAuthorized", "PaymentCaptured", "RefundProcessed"], await books.QueryAsync<string>(
            "SELECT event_type FROM books.transitions WHERE payment_id = @id ORDER BY version", new { id }));
        Assert.Equal(2, await books.ScalarAsync<int>("SELECT count(*) FROM books.journal WHERE owner = @id", new { id }));
        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.payment_aliases WHERE alias = @own", new { own }));
    }

    [Fact]
    public async Task A_webhook_that_overtakes_the_reply_never_breaks_the_bounds()
    {
        var payment = await _api.AuthorizedAsync("overtake");
        var capture = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "overtake-1");
        Assert.Equal((1000, 0, 1), await _api.HoldsAsync(payment.Id));

        // The webhook tells the money that the operation holds; whose it is, nobody knows yet.
        var fact = Fact(FactKind.Captured, "pi_overtake", "cap_overtake", 1000);
        Assert.Equal(1, (await books.CommitAsync("evt_overtake", fact)).Applied);
        Assert.Equal((0, 0, 1), await _api.HoldsAsync(payment.Id));
        await _api.SettleAsync(capture.Operation, ApiOperationState.Succeeded, "cap_overtake", fact);
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
    }

    [Theory]
    [InlineData(FactKind.RefundSucceeded, "Succeeded", 300)]
    [InlineData(FactKind.RefundFailed, "Failed", 0)]
    public async Task A_refund_that_the_gateway_took_on_is_settled_by_its_webhook(FactKind told, string state, long refunded)
    {
        var payment = await _api.CapturedAsync($"accepted-{state}");
        var refund = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, $"accepted-{state}-1", 300);
        await _api.SettleAsync(refund.Operation, ApiOperationState.Accepted, $"mod_{state}");
        Assert.Equal((0, 300, 1), await _api.HoldsAsync(payment.Id));

        // Pending in the facts: they hold the money themselves, and it is not held twice.
        await books.CommitAsync($"evt_pending_{state}",
            Fact(FactKind.RefundPending, payment.GatewayPaymentId, $"mod_{state}", 300, founds: false));
        Assert.Equal((0, 0, 1), await _api.HoldsAsync(payment.Id));

        await books.CommitAsync($"evt_told_{state}", Fact(told, payment.GatewayPaymentId, $"mod_{state}", 300, founds: false));
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
        Assert.Equal(state, await StateAsync(refund.Operation.Id));
        Assert.Equal(refunded, (await books.FindAsync(payment.GatewayPaymentId))!.AmountRefunded);
    }

    [Fact]
    public async Task A_cancel_that_the_gateway_took_on_is_settled_by_its_webhook()
    {
        var payment = await _api.AuthorizedAsync("cancelled");
        var cancel = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Cancel, payment.Id, "cancelled-1");
        await _api.SettleAsync(cancel.Operation, ApiOperationState.Accepted, "mod_cancelled");
        await books.CommitAsync("evt_cancelled", Fact(FactKind.Voided, "pi_cancelled", "mod_cancelled"));

        Assert.Equal("Succeeded", await StateAsync(cancel.Operation.Id));
        Assert.False(await books.ScalarAsync<bool>("SELECT is_cancelling FROM books.payments WHERE id = @Id", new { payment.Id }));
    }

    [Fact]
    public async Task A_cancel_that_the_gateway_took_on_and_refused_later_is_over_and_the_payment_stands()
    {
        var payment = await _api.AuthorizedAsync("kept");
        var cancel = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Cancel, payment.Id, "kept-1");
        await _api.SettleAsync(cancel.Operation, ApiOperationState.Accepted, "mod_kept");
        var name = Identifiers.Format(Identifiers.OperationPrefix, cancel.Operation.Id);
        await books.CommitAsync("evt_kept", Fact(FactKind.Noted, "pi_kept", "mod_kept", null, false, name));

        Assert.Equal("Failed", await StateAsync(cancel.Operation.Id));
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
        Assert.False(await books.ScalarAsync<bool>("SELECT is_cancelling FROM books.payments WHERE id = @Id", new { payment.Id }));
        Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "kept-2", 1000));
    }

    [Fact]
    public async Task A_total_that_holds_every_open_capture_proves_a_capture_of_unknown_outcome()
    {
        var payment = await _api.AuthorizedAsync("total");
        var capture = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "total-1", 400);
        await _api.SettleAsync(capture.Operation, ApiOperationState.Unknown);
        await books.CommitAsync("evt_total_less", Total(399));
        Assert.Equal("Unknown", await StateAsync(capture.Operation.Id));
        await books.CommitAsync("evt_total", Total(400));
        Assert.Equal("Succeeded", await StateAsync(capture.Operation.Id));

        // The request still has no answer: the same request gets the operation, and settles it as it stands.
        var resumed = Assert.IsType<OperationBegin.Begun>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "total-1", 400));
        Assert.Equal(ApiOperationState.Succeeded, resumed.Operation.State);
        Assert.NotNull((await _api.SettleAsync(resumed.Operation, ApiOperationState.Succeeded)).Response);
        Assert.IsType<OperationBegin.Replayed>(await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, "total-1", 400));

        Fact Total(long amount) => Fact(FactKind.Captured, "pi_total", $"total-{amount}", amount) with
        {
            Key = FactKey.Total(FactKind.Captured, amount), IsCumulative = true, PartId = null,
        };
    }

    [Fact]
    public async Task A_gateway_that_echoes_our_id_finds_the_operation_of_unknown_outcome()
    {
        var payment = await _api.CapturedAsync("echo");
        var refund = (OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Refund, payment.Id, "echo-1", 300);
        await _api.SettleAsync(refund.Operation, ApiOperationState.Unknown);
        var echoed = Identifiers.Format(Identifiers.RefundPrefix, refund.Operation.Id);
        await books.CommitAsync("evt_echo", Fact(FactKind.RefundSucceeded, "pi_echo", "re_gateway", 300, false, echoed));

        Assert.Equal("Succeeded", await StateAsync(refund.Operation.Id));
        Assert.Equal("re_gateway", await books.ScalarAsync<string>(
            "SELECT gateway_reference FROM books.api_operations WHERE id = @Id", new { refund.Operation.Id }));
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
    }

    [Fact]
    public async Task H26_a_payment_of_our_form_that_this_account_does_not_have_is_quarantined()
    {
        var payment = await _api.AuthorizedAsync("h26");
        var foreign = Identifiers.Format(Identifiers.PaymentPrefix, Guid.CreateVersion7(books.Time.GetUtcNow()));
        var forged = await books.CommitAsync("evt_h26_1", Fact(FactKind.Captured, "pi_forged", "cap_forged", 500, true, foreign));
        var parked = await books.CommitAsync("evt_h26_2",
            Fact(FactKind.RefundSucceeded, "pi_forged", "re_forged", 500, false, foreign));
        var elsewhere = await books.CommitAsync("evt_h26_3",
            Fact(FactKind.Captured, "pi_elsewhere", "cap_elsewhere", 500, true, Api.NameOf(payment.Id)) with { Account = "other" });

        Assert.All([forged, parked, elsewhere],
            result => Assert.Equal([QuarantineReasons.ForeignPayment], result.QuarantineReasons));
        Assert.Null(await books.FindAsync("pi_forged"));
        Assert.Equal(0, await books.ScalarAsync<int>("SELECT count(*) FROM books.parked_aliases WHERE alias = @foreign", new { foreign }));
    }

    [Fact]
    public async Task H27_more_money_than_the_API_asked_for_is_quarantined()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("key-h27");
        var own = Api.NameOf(begun.Operation.PaymentId);
        var more = await books.CommitAsync("evt_h27", Fact(FactKind.Captured, "pi_h27", "cap_h27", 1001, true, own));
        var settled = await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, "cap_h27",
            Fact(FactKind.Captured, "pi_h27", "cap_h27", 1001, true, own));

        Assert.Equal([QuarantineReasons.AmountMismatch], more.QuarantineReasons);
        Assert.Equal((ApiOperationState.Unknown, "mismatched_reply"), (settled.Operation.State, settled.Operation.FailureCode));
        Assert.Null(settled.Response);
        Assert.Equal(0, (await books.FindAsync(own))!.AmountCaptured);
        Assert.Equal(1, await books.ScalarAsync<int>("SELECT count(*) FROM books.dead_letters WHERE topic = 'books.api_operations'"));
    }

    private async Task EitherAsync(bool webhookFirst, ApiOperation operation, string reference, Fact fact)
    {
        if (webhookFirst) await books.CommitAsync($"evt_{reference}", fact);
        await _api.SettleAsync(operation, ApiOperationState.Succeeded, reference, fact);
        if (!webhookFirst) await books.CommitAsync($"evt_{reference}", fact);
    }

    private Task<string> StateAsync(Guid id) =>
        books.ScalarAsync<string>("SELECT state FROM books.api_operations WHERE id = @id", new { id });
}
