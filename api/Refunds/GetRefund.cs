using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Core;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Refunds;

/// <summary><c>GET /v1/refunds/{id}</c></summary>
internal sealed class GetRefund(TenantAccounts accounts, RefundQueries refunds)
{
    public async Task<IResult> HandleAsync(string id, Caller caller, CancellationToken cancellationToken)
    {
        var found = Identifiers.TryParse(Identifiers.RefundPrefix, id, out var refundId)
            ? await refunds.GetAsync(refundId, accounts.VisibilityOf(caller), cancellationToken)
            : null;
        return found is null
            ? Problems.NotFound.ToResult()
            : Results.Json(RefundResource.Of(found), AnswerJson.Default.RefundResource);
    }
}
