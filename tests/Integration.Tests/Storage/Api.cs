using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Operations;
using static PaymentPipeline.Integration.Tests.Storage.Books;

namespace PaymentPipeline.Integration.Tests.Storage;

/// <summary>A caller of the store as the API is one: short ways to begin and settle operations.</summary>
internal sealed class Api(Books books)
{
    public static Visibility Everything { get; } = new([("stripe", "default"), ("adyen", "default")]);

    public Task<OperationBegin> CreateAsync(
        string key, long amount = 1000, Guid? id = null, string gateway = "stripe", string principal = "shop", string body = "") =>
        books.Operations.BeginAsync(Start(ApiOperationKind.Create, id ?? NewId(), key, null, principal, body.Length > 0 ? body : $"{amount}") with
        {
            Payment = new NewPayment(
                gateway, "default", "order-1", "user-1", Euro(amount), "manual", "https://shop.example/back", """{"a":"b"}"""u8.ToArray(), null),
        }, CancellationToken.None);

    public Task<OperationBegin> BeginAsync(
        ApiOperationKind kind, Guid payment, string key, long? amount = null, bool isFinal = false, Visibility? visibility = null) =>
        books.Operations.BeginAsync(
            Start(kind, payment, key, amount, "shop", $"{kind}{payment}{amount}") with
            {
                IsFinal = isFinal,
                Visibility = visibility ?? Everything,
            }, CancellationToken.None);

    public Task<SettledOperation> SettleAsync(
        ApiOperation operation, ApiOperationState state, string? reference = null, params Fact[] facts) =>
        books.Operations.SettleAsync(new OperationSettlement
        {
            OperationId = operation.Id,
            LeaseEpoch = operation.LeaseEpoch,
            State = state,
            Facts = facts,
            GatewayReference = reference,
            Respond = state == ApiOperationState.Unknown ? null : (snapshot, settled) => Answer(200, $"{settled.Id:N} {snapshot.Payment.Status}"),
        }, CancellationToken.None);

    /// <summary>A payment of the API with that much authorised.</summary>
    public async Task<Payment> AuthorizedAsync(string name, long amount = 1000, string gateway = "stripe")
    {
        var begun = (OperationBegin.Begun)await CreateAsync($"create-{name}", amount, gateway: gateway);
        var settled = await SettleAsync(begun.Operation, ApiOperationState.Succeeded, null,
            Fact(FactKind.Authorized, $"pi_{name}", $"ch_{name}", amount) with { Gateway = gateway });
        return settled.Snapshot.Payment;
    }

    /// <summary>A payment of the API with that much captured, as a part.</summary>
    public async Task<Payment> CapturedAsync(string name, long amount = 1000)
    {
        var payment = await AuthorizedAsync(name, amount);
        var begun = (OperationBegin.Begun)await BeginAsync(ApiOperationKind.Capture, payment.Id, $"capture-{name}");
        var settled = await SettleAsync(begun.Operation, ApiOperationState.Succeeded, $"cap_{name}",
            Fact(FactKind.Captured, payment.GatewayPaymentId, $"cap_{name}", amount));
        return settled.Snapshot.Payment;
    }

    public Task ExpireLeasesAsync(Guid payment) => books.ExecuteAsync("""
        UPDATE books.api_operations
        SET lease_until = clock_timestamp() - interval '1 second', next_try_at = clock_timestamp() - interval '1 second'
        WHERE payment_id = @payment AND next_try_at IS NOT NULL
        """, new { payment });

    /// <summary>What is reserved for captures and refunds, and how many operations are under way.</summary>
    public async Task<(long Captures, long Refunds, int Open)> HoldsAsync(Guid payment) =>
        (await books.QueryAsync<(long, long, int)>(
            "SELECT capture_reserved, refund_reserved, open_operations FROM books.payments WHERE id = @payment", new { payment })).Single();

    public static StoredResponse Answer(int status, string body) => new(status, "application/json", Encoding.UTF8.GetBytes(body));

    public static string NameOf(Guid payment) => Identifiers.Format(Identifiers.PaymentPrefix, payment);

    private static OperationStart Start(ApiOperationKind kind, Guid payment, string key, long? amount, string principal, string body) => new()
    {
        Claim = new IdempotencyClaim(principal, key, SHA256.HashData(Encoding.UTF8.GetBytes(body))),
        Visibility = Everything,
        Kind = kind,
        PaymentId = payment,
        Amount = amount,
        Request = Encoding.UTF8.GetBytes(body),
        Refuse = refusal => Answer(422, refusal.Code),
    };

    private static Guid NewId() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
}
