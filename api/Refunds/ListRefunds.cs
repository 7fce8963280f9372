using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Refunds;

/// <summary>The refunds of one payment, oldest first.</summary>
internal sealed record RefundList(IReadOnlyList<RefundResource> Items);

/// <summary><c>GET /v1/refunds?paymentId=</c></summary>
internal sealed class ListRefunds(TenantAccounts accounts, PaymentViews payments, RefundQueries refunds)
{
    public async Task<IResult> HandleAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request, "paymentId");
        var id = query.Text("paymentId") ?? throw QueryReader.Wrong("paymentId", "is required");
        var (paymentId, visibility) = (PaymentIds.Parse(id), accounts.VisibilityOf(caller));
        if (await payments.FindAsync(paymentId, visibility, cancellationToken) is null) return Problems.NotFound.ToResult();
        var found = await refunds.OfPaymentAsync(paymentId, visibility, cancellationToken);
        return Results.Json(new RefundList([.. found.Select(RefundResource.Of)]), AnswerJson.Default.RefundList);
    }
}
