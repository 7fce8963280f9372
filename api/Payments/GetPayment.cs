using Microsoft.Net.Http.Headers;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Payments;

/// <summary><c>GET /v1/payments/{id}</c>: by our id, or by any id by which the gateway names the payment.</summary>
internal sealed class GetPayment(TenantAccounts accounts, PaymentViews payments)
{
    private const int NameMax = 255;

    public async Task<IResult> HandleAsync(string id, HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (id.Length > NameMax || id.Contains('\0', StringComparison.Ordinal)) return Problems.NotFound.ToResult();
        var found = await payments.FindAsync(id, accounts.VisibilityOf(caller), cancellationToken);
        if (found is null) return Problems.NotFound.ToResult();
        var tag = PaymentResource.ETagOf(found.Payment, found.Details);
        request.HttpContext.Response.Headers.ETag = tag;
        return IsKnown(request, tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json(PaymentResource.Of(found), AnswerJson.Default.PaymentResource);
    }

    private static bool IsKnown(HttpRequest request, string tag) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var known)
        && known.Any(one => one.Tag == "*" || one.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false));
}
