using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Disputes;

/// <summary>
/// <c>GET /v1/disputes</c> and <c>/v1/disputes/{id}</c>: disputes as the gateways told them. They are answered at the gateway.
/// </summary>
internal sealed class GetDisputes(TenantAccounts accounts, DisputeQueries disputes, TimeProvider time)
{
    public async Task<IResult> GetAsync(string id, Caller caller, CancellationToken cancellationToken) =>
        Identifiers.TryParse(Identifiers.DisputePrefix, id, out var disputeId)
            && await disputes.GetAsync(disputeId, accounts.VisibilityOf(caller), cancellationToken) is { } dispute
            ? Results.Json(DisputeResource.Of(dispute), DisputeJson.Default.DisputeResource)
            : Problems.NotFound.ToResult();

    public async Task<IResult> ListAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = new QueryReader(request, "paymentId", "status", "cursor", "limit");
        var visibility = accounts.VisibilityOf(caller);
        if (query.Text("paymentId") is { } payment)
        {
            var ofPayment = await disputes.OfPaymentAsync(PaymentIds.Parse(payment), visibility, cancellationToken);
            return Answer(ofPayment, cursor: null);
        }

        var limit = query.Limit("limit");
        var word = query.Text("status");
        var list = $"disputes|{caller.Tenant}|{word}";
        var after = PageCursor.Read(query, "cursor", list, time.GetUtcNow());
        var page = await disputes.ListAsync(StatusOf(word), after, limit, visibility, cancellationToken);
        return Answer(page, page.Count == limit ? PageCursor.Write(page[^1].Id, list, time.GetUtcNow()) : null);
    }

    private static OperationStatus? StatusOf(string? word)
    {
        if (word is null) return null;
        foreach (var (known, status) in DisputeResource.Words)
            if (known == word) return status;
        throw new RefusalException(
            Problems.InvalidParameter, $"One of {string.Join(", ", DisputeResource.Words.Select(known => known.Word))}.", "status");
    }

    private static IResult Answer(IReadOnlyList<DisputeView> found, string? cursor) =>
        Results.Json(new DisputePage([.. found.Select(DisputeResource.Of)], cursor), DisputeJson.Default.DisputePage);
}

internal static class DisputeRoutes
{
    public static void MapDisputes(this RouteGroupBuilder v1)
    {
        v1.MapGet("/disputes", (HttpRequest request, Caller caller, GetDisputes route, CancellationToken cancellationToken) =>
            route.ListAsync(request, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
        v1.MapGet("/disputes/{id}", (string id, Caller caller, GetDisputes route, CancellationToken cancellationToken) =>
            route.GetAsync(id, caller, cancellationToken)).RequireScope(Scopes.PaymentsRead);
    }
}
