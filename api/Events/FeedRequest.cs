using System.Globalization;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Api.Requests;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Events;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Events;

/// <summary>What a reader of the feed asked for, checked.</summary>
internal sealed record FeedRequest(FeedQuery Query, TimeSpan Wait)
{
    private const int LimitMax = 500, LimitDefault = 100, WaitSecondsMax = 60, TypesLengthMax = 1_000;
    private const string Latest = "latest";

    /// <exception cref="RefusalException">A parameter is wrong, or the cursor is not one of this feed.</exception>
    public static async Task<FeedRequest> ReadAsync(
        HttpContext context, Caller caller, TenantAccounts accounts, EventFeed feed, CancellationToken cancellationToken)
    {
        var parameters = new QueryReader(context.Request, "after", "types", "paymentId", "limit", "wait");
        // A stream that broke comes back with the id of the last event that it saw.
        var after = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : parameters.Text("after");
        var range = await feed.RangeAsync(cancellationToken);
        var query = new FeedQuery(
            accounts.VisibilityOf(caller), Position(after, range), parameters.Number("limit", 1, LimitMax, LimitDefault),
            Types(parameters), Payment(parameters));
        return new FeedRequest(query, TimeSpan.FromSeconds(parameters.Number("wait", 0, WaitSecondsMax, 0)));
    }

    private static long Position(string? after, FeedRange range)
    {
        if (after is null) return range.Oldest - 1;
        if (after == Latest) return range.Newest;
        if (!long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var position) || position > range.Newest)
            throw new RefusalException(
                Problems.CursorInvalid, "Use a cursor that this API gave, or 'latest', or none to begin at the oldest.", "after");
        return position >= range.Oldest - 1
            ? position
            : throw new RefusalException(
                Problems.CursorExpired, "What came after it is not kept any more: read the payments anew, then begin at 'latest'.", "after");
    }

    private static string[]? Types(QueryReader parameters)
    {
        if (parameters.Text("types", TypesLengthMax) is not { } text) return null;
        var types = text.Split(',');
        return types.All(EventTypes.All.Contains)
            ? types
            : throw QueryReader.Wrong(
                "types", $"must be a list with commas of {string.Join(", ", EventTypes.All.Order(StringComparer.Ordinal))}");
    }

    private static string? Payment(QueryReader parameters)
    {
        if (parameters.Text("paymentId") is not { } text) return null;
        return Identifiers.TryParse(Identifiers.PaymentPrefix, text, out _)
            ? text
            : throw QueryReader.Wrong("paymentId", "must be pay_ and 32 digits");
    }
}
