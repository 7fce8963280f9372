using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Payments;

/// <summary>A page of payments, newest first.</summary>
/// <param name="NextCursor">For <c>cursor</c>; absent on the last page.</param>
internal sealed record PaymentPage(IReadOnlyList<PaymentResource> Items, string? NextCursor);

/// <summary><c>GET /v1/payments</c></summary>
internal sealed class ListPayments(TenantAccounts accounts, PaymentPages pages, TimeProvider time)
{
    private static readonly Dictionary<string, PaymentStatus> statuses =
        Enum.GetValues<PaymentStatus>().ToDictionary(PaymentStatusNames.Of, StringComparer.Ordinal);

    public async Task<IResult> HandleAsync(HttpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var query = new QueryReader(
            request, "orderId", "userId", "gateway", "gatewayPaymentId", "status", "from", "to", "cursor", "limit");
        var (from, to) = query.Range("from", "to", now);
        var limit = query.Limit("limit");
        var filter = new PaymentFilter
        {
            OrderId = query.Text("orderId"),
            UserId = query.Text("userId"),
            Gateway = query.Text("gateway"),
            GatewayPaymentId = query.Text("gatewayPaymentId"),
            Status = StatusOf(query),
            From = from,
            To = to,
            Limit = limit + 1,
        };
        var list = $"{caller.Tenant}|{filter with { Limit = 0 }}";
        filter = filter with { After = PageCursor.Read(query, "cursor", list, now) };
        var found = await pages.ListAsync(filter, accounts.VisibilityOf(caller), cancellationToken);
        var shown = found.Take(limit).Select(PaymentResource.Of).ToList();
        var next = found.Count > limit ? PageCursor.Write(found[limit - 1].Payment.Id, list, now) : null;
        return Results.Json(new PaymentPage(shown, next), AnswerJson.Default.PaymentPage);
    }

    private static PaymentStatus? StatusOf(QueryReader query)
    {
        if (query.Text("status") is not { } word) return null;
        return statuses.TryGetValue(word, out var status)
            ? status
            : throw QueryReader.Wrong("status", $"must be one of {string.Join(", ", statuses.Keys)}");
    }
}
