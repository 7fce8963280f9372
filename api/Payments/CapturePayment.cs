using System.Text.Json;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Payments;

/// <summary><c>POST /v1/payments/{id}/capture</c></summary>
internal sealed class CapturePayment(RequestRules rules, TenantAccounts accounts, OperationRequests operations)
{
    public Task<IResult> HandleAsync(
        string id, JsonBody<CapturePaymentRequest> body, IdempotencyKey key, Caller caller, CancellationToken cancellationToken)
    {
        var paymentId = PaymentIds.Parse(id);
        if (body.Value.Amount is { } asked) rules.Amount(asked, "amount");
        var claim = caller.Claim(key, body.Fingerprint);
        return operations.RunAsync(claim, () => Task.FromResult(Prepare(paymentId, body.Value, claim, caller)), cancellationToken);
    }

    private OperationStart Prepare(Guid paymentId, CapturePaymentRequest request, IdempotencyClaim claim, Caller caller)
    {
        var isFinal = request.Final ?? request.Amount is null;
        var stored = new StoredCapture(isFinal);
        return new OperationStart
        {
            Claim = claim,
            Visibility = accounts.VisibilityOf(caller),
            Kind = ApiOperationKind.Capture,
            PaymentId = paymentId,
            Amount = request.Amount,
            IsFinal = isFinal,
            Request = JsonSerializer.SerializeToUtf8Bytes(stored, StoredJson.Default.StoredCapture),
            Refuse = OperationAnswers.Refused,
        };
    }
}
