using System.Text.Json;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Payments;

/// <summary><c>POST /v1/payments/{id}/confirm</c></summary>
internal sealed class ConfirmPayment(
    RequestRules rules, WaysToPay waysToPay, TenantAccounts accounts, PaymentViews payments, OperationRequests operations)
{
    public Task<IResult> HandleAsync(
        string id, JsonBody<ConfirmPaymentRequest> body, IdempotencyKey key, Caller caller, CancellationToken cancellationToken)
    {
        PaymentRules.Check(body.Value, rules);
        var paymentId = PaymentIds.Parse(id);
        var claim = caller.Claim(key, body.Fingerprint);
        return operations.RunAsync(claim, () => PrepareAsync(paymentId, body.Value, claim, caller), cancellationToken);
    }

    private async Task<OperationStart> PrepareAsync(Guid paymentId, ConfirmPaymentRequest request, IdempotencyClaim claim, Caller caller)
    {
        var visibility = accounts.VisibilityOf(caller);
        var known = await payments.FindAsync(paymentId, visibility, CancellationToken.None)
            ?? throw new RefusalException(Problems.NotFound);
        var bound = await waysToPay.ForKnownAsync(request, known.Payment, visibility);
        var stored = new StoredConfirm(request, bound, known.Details.CaptureMethod ?? CaptureMethods.Automatic);
        return new OperationStart
        {
            Claim = claim,
            Visibility = visibility,
            Kind = ApiOperationKind.Confirm,
            PaymentId = paymentId,
            Request = JsonSerializer.SerializeToUtf8Bytes(stored, StoredJson.Default.StoredConfirm),
            Refuse = OperationAnswers.Refused,
        };
    }
}
