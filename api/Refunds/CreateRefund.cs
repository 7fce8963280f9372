using System.Text.Json;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Refunds;

/// <summary><c>POST /v1/refunds</c></summary>
internal sealed class CreateRefund(RequestRules rules, TenantAccounts accounts, OperationRequests operations)
{
    public Task<IResult> HandleAsync(
        JsonBody<CreateRefundRequest> body, IdempotencyKey key, Caller caller, CancellationToken cancellationToken)
    {
        if (body.Value.Amount is { } asked) rules.Amount(asked, "amount");
        RequestRules.OneOf(body.Value.Reason, "reason", "duplicate", "fraudulent", "requested_by_customer");
        var paymentId = PaymentIds.Parse(body.Value.PaymentId);
        var claim = caller.Claim(key, body.Fingerprint);
        return operations.RunAsync(claim, () => Task.FromResult(Prepare(paymentId, body.Value, claim, caller)), cancellationToken);
    }

    private OperationStart Prepare(Guid paymentId, CreateRefundRequest request, IdempotencyClaim claim, Caller caller)
    {
        var stored = new StoredRefund(request.Reason);
        return new OperationStart
        {
            Claim = claim,
            Visibility = accounts.VisibilityOf(caller),
            Kind = ApiOperationKind.Refund,
            PaymentId = paymentId,
            Amount = request.Amount,
            Reason = request.Reason,
            Request = JsonSerializer.SerializeToUtf8Bytes(stored, StoredJson.Default.StoredRefund),
            Refuse = OperationAnswers.Refused,
        };
    }
}
