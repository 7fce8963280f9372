using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Operations;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>New payments that change their gateway, and keys that are given back.</summary>
public sealed class OperationMoveTests(Books books) : IClassFixture<Books>
{
    private readonly Api _api = new(books);

    [Fact]
    public async Task A_payment_that_moves_has_its_name_at_the_new_gateway_before_that_is_asked()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("move");
        var moved = await books.Operations.MoveAsync(begun, "adyen", "default", CancellationToken.None);

        Assert.Equal(("adyen", "adyen"), (moved.Operation.Gateway, moved.Snapshot.Payment.Gateway));
        var found = await books.Payments.FindAsync("adyen", "default", Api.NameOf(begun.Operation.PaymentId), CancellationToken.None);
        Assert.Equal((begun.Operation.PaymentId, "adyen"), (found!.Id, found.Gateway));

        var settled = await _api.SettleAsync(moved.Operation, ApiOperationState.Succeeded, null,
            Fact(FactKind.Authorized, "psp_moved", "psp_moved", 1000) with { Gateway = "adyen" });
        Assert.Equal((PaymentStatus.Authorized, "psp_moved"), (settled.Snapshot.Payment.Status, settled.Snapshot.Payment.GatewayPaymentId));
    }

    [Fact]
    public async Task Who_lost_the_lease_moves_nothing()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("move-late");
        await _api.ExpireLeasesAsync(begun.Operation.PaymentId);
        Assert.Single(await books.Operations.TakeOverAsync(1, begun.Operation.Id, CancellationToken.None));

        await Assert.ThrowsAsync<LeaseLostException>(
            () => books.Operations.MoveAsync(begun, "adyen", "default", CancellationToken.None));
        Assert.Equal("stripe", (await books.FindAsync(Api.NameOf(begun.Operation.PaymentId)))!.Gateway);
    }

    [Fact]
    public async Task A_key_that_is_given_back_begins_anew()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("given-back");
        var settled = await books.Operations.SettleAsync(
            new OperationSettlement
            {
                OperationId = begun.Operation.Id,
                LeaseEpoch = begun.Operation.LeaseEpoch,
                State = ApiOperationState.Failed,
                GivesKeyBack = true,
                Respond = (_, _) => Api.Answer(503, "nothing happened"),
            }, CancellationToken.None);

        Assert.Equal(503, settled.Response?.Status);
        var again = Assert.IsType<OperationBegin.Begun>(await _api.CreateAsync("given-back"));
        Assert.NotEqual(begun.Operation.Id, again.Operation.Id);
        Assert.False(again.IsResumed);
    }

    [Fact]
    public async Task What_a_key_says_can_be_recalled_without_a_wish()
    {
        var begun = (OperationBegin.Begun)await _api.CreateAsync("recalled");
        Assert.IsType<OperationBegin.InFlight>(await RecallAsync("recalled", "1000"));
        Assert.Null(await RecallAsync("never-used", "1000"));
        Assert.IsType<OperationBegin.KeyReused>(await RecallAsync("recalled", "something else"));

        await _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, null, Fact(FactKind.Authorized, "pi_recalled", "ch_recalled", 1000));
        Assert.IsType<OperationBegin.Replayed>(await RecallAsync("recalled", "1000"));
    }

    [Fact]
    public async Task The_backlog_counts_what_nobody_knows_the_outcome_of()
    {
        var before = await books.Operations.BacklogAsync(CancellationToken.None);
        var begun = (OperationBegin.Begun)await _api.CreateAsync("backlog");
        Assert.Equal(before.Unresolved, (await books.Operations.BacklogAsync(CancellationToken.None)).Unresolved);

        await _api.SettleAsync(begun.Operation, ApiOperationState.Unknown);
        Assert.Equal(before.Unresolved + 1, (await books.Operations.BacklogAsync(CancellationToken.None)).Unresolved);
    }

    private Task<OperationBegin?> RecallAsync(string key, string body) => books.Operations.RecallAsync(
        new IdempotencyClaim("shop", key, System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(body))), CancellationToken.None);
}
