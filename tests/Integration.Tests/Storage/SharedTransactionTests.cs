using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Operations;
using Xunit;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>Concurrent callers share transactions (docs/decisions/0020); what one of them does must not reach the others.</summary>
public sealed class SharedTransactionTests(Books books) : IClassFixture<Books>
{
    private const int Callers = 40;
    private readonly Api _api = new(books);

    [Fact]
    public async Task Callers_share_transactions_and_each_has_its_own_outcome()
    {
        var begun = await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => _api.CreateAsync($"shared-{i}", 1000 + i)));
        var settled = await Task.WhenAll(begun.Cast<OperationBegin.Begun>().Select((one, i) => SettleAsync(one, "shared", i)));

        for (var i = 0; i < Callers; i++)
        {
            Assert.Equal((1000 + i, $"pi_shared_{i}"), (settled[i].Snapshot.Payment.Amount, settled[i].Snapshot.Payment.GatewayPaymentId));
            Assert.Equal(settled[i].Response!.Body,
                Assert.IsType<OperationBegin.Replayed>(await _api.CreateAsync($"shared-{i}", 1000 + i)).Response.Body);
        }
        var transactions = await books.ScalarAsync<int>(
            "SELECT count(*) FROM books.audit_batches WHERE operation_ids && @ids", new { ids = settled.Select(one => one.Operation.Id).ToArray() });
        Assert.InRange(transactions, 1, Callers - 1);
    }

    [Fact]
    public async Task A_creation_that_the_database_refuses_fails_alone()
    {
        // PostgreSQL's text holds no NUL.
        var begins = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async i =>
        {
            try
            {
                return await _api.CreateAsync(i == 17 ? "bad-\0" : $"good-{i}", 1000);
            }
            catch (Npgsql.PostgresException)
            {
                return null;
            }
        }));

        Assert.Null(begins[17]);
        Assert.Equal(Callers - 1, begins.OfType<OperationBegin.Begun>().Count());
    }

    [Fact]
    public async Task A_settlement_without_a_lease_or_with_a_failing_answer_fails_alone()
    {
        var begun = (await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => _api.CreateAsync($"alone-{i}", 1000))))
            .Cast<OperationBegin.Begun>().ToList();
        begun[3] = begun[3] with { Operation = begun[3].Operation with { LeaseEpoch = 7 } };
        var settling = begun.Select((one, i) => i == 5
            ? books.Operations.SettleAsync(new OperationSettlement
            {
                OperationId = one.Operation.Id,
                LeaseEpoch = 1,
                State = ApiOperationState.Succeeded,
                Respond = (_, _) => throw new InvalidDataException(),
            }, CancellationToken.None)
            : SettleAsync(one, "alone", i)).ToList();

        await Assert.ThrowsAsync<LeaseLostException>(() => settling[3]);
        await Assert.ThrowsAsync<InvalidDataException>(() => settling[5]);
        foreach (var (settled, i) in settling.Select((settled, i) => (settled, i)).Where(one => one.i is not (3 or 5)))
            Assert.Equal($"pi_alone_{i}", (await settled).Snapshot.Payment.GatewayPaymentId);
        Assert.Equal((0, 0, 1), await _api.HoldsAsync(begun[5].Operation.PaymentId));
    }

    [Fact]
    public async Task Operations_of_one_payment_that_settle_together_see_each_other()
    {
        var payment = await _api.AuthorizedAsync("together");
        var captures = new List<OperationBegin.Begun>();
        for (var i = 0; i < 10; i++)
            captures.Add((OperationBegin.Begun)await _api.BeginAsync(ApiOperationKind.Capture, payment.Id, $"together-{i}", 100));

        await Task.WhenAll(captures.Select((capture, i) => _api.SettleAsync(
            capture.Operation, ApiOperationState.Succeeded, $"cap_together_{i}", Fact(FactKind.Captured, "pi_together", $"cap_together_{i}", 100))));

        Assert.Equal(1000, (await books.FindAsync("pi_together"))!.AmountCaptured);
        Assert.Equal((0, 0, 0), await _api.HoldsAsync(payment.Id));
    }

    private Task<SettledOperation> SettleAsync(OperationBegin.Begun begun, string name, int i) =>
        _api.SettleAsync(begun.Operation, ApiOperationState.Succeeded, null,
            Fact(FactKind.Authorized, $"pi_{name}_{i}", $"ch_{name}_{i}", begun.Operation.Amount.AmountMinor));
}
