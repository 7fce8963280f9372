using System.Text.Json;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Payments;

/// <summary><c>POST /v1/payments/{id}/cancel</c></summary>
internal sealed class CancelPayment(TenantAccounts accounts, OperationRequests operations)
{
    public Task<IResult> HandleAsync(
        string id, JsonBody<CancelPaymentRequest> body, IdempotencyKey key, Caller caller, CancellationToken cancellationToken)
    {
        RequestRules.OneOf(body.Value.Reason, "reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
        var paymentId = PaymentIds.Parse(id);
        var claim = caller.Claim(key, body.Fingerprint);
        return operations.RunAsync(claim, () => Task.FromResult(Prepare(paymentId, body.Value, claim, caller)), cancellationToken);
    }

    private OperationStart Prepare(Guid paymentId, CancelPaymentRequest request, IdempotencyClaim claim, Caller caller)
    {
        var stored = new StoredCancel(request.Reason);
        return new OperationStart
        {
            Claim = claim,
            Visibility = accounts.VisibilityOf(caller),
            Kind = ApiOperationKind.Cancel,
            PaymentId = paymentId,
            Reason = request.Reason,
            Request = JsonSerializer.SerializeToUtf8Bytes(stored, StoredJson.Default.StoredCancel),
            Refuse = OperationAnswers.Refused,
        };
    }
}
