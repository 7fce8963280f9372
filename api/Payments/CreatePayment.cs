using System.Text.Json;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Api.Routing;
using PaymentPipeline.Core;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Payments;

/// <summary><c>POST /v1/payments</c></summary>
internal sealed class CreatePayment(
    RequestRules rules, WaysToPay waysToPay, Router router, TenantAccounts accounts, OperationRequests operations, TimeProvider time)
{
    public Task<IResult> HandleAsync(
        JsonBody<CreatePaymentRequest> body, IdempotencyKey key, Caller caller, CancellationToken cancellationToken)
    {
        PaymentRules.Check(body.Value, rules);
        var claim = caller.Claim(key, body.Fingerprint);
        return operations.RunAsync(claim, () => PrepareAsync(body.Value, claim, caller), cancellationToken);
    }

    private async Task<OperationStart> PrepareAsync(CreatePaymentRequest request, IdempotencyClaim claim, Caller caller)
    {
        var visibility = accounts.VisibilityOf(caller);
        var way = await waysToPay.ForNewAsync(request, visibility);
        var paymentId = Guid.CreateVersion7(time.GetUtcNow());
        var candidates = router.Choose(new RouteQuestion(
            caller.Tenant, paymentId, request.Currency, request.Billing?.Country ?? request.Shipping?.Country, request.Method,
            way.Gateway ?? request.Gateway, way.Account));
        if (candidates is not [var first, ..])
            throw new RefusalException(Problems.NoRoute, "No gateway account of yours takes this payment: see GET /v1/gateways.");

        var customer = request.SaveMethod == true ? await waysToPay.CustomerAsync(request.UserId, first.Gateway, first.Account) : null;
        var currency = RequestRules.Currency(request.Currency, "currency");
        return new OperationStart
        {
            Claim = claim,
            Visibility = visibility,
            Kind = ApiOperationKind.Create,
            PaymentId = paymentId,
            Payment = new NewPayment(
                first.Gateway, first.Account, request.OrderId, request.UserId, new Money(request.Amount, currency),
                request.CaptureMethod ?? CaptureMethods.Automatic, request.ReturnUrl, MetadataOf(request), way.MethodId),
            Request = JsonSerializer.SerializeToUtf8Bytes(
                new StoredCreate(request, way.Bound, candidates, customer), StoredJson.Default.StoredCreate),
            Refuse = OperationAnswers.Refused,
        };
    }

    private static byte[]? MetadataOf(CreatePaymentRequest request) => request.Metadata is { Count: > 0 } metadata
        ? JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(metadata), AnswerJson.Default.DictionaryStringString)
        : null;
}
