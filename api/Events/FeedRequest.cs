using System.Globalization;
using PaymentPipeline.Api.Auth;
using PaymentPipeline.Api.Errors;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Events;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Events;

/// <summary>What a reader of the feed asked for, checked.</summary>
internal sealed record FeedRequest(FeedQuery Query, TimeSpan Wait)
{
    private const int LimitMax = 500, LimitDefault = 100, WaitSecondsMax = 60, TypesMax = 32;
    private const string Latest = "latest";

    /// <exception cref="RefusalException">A parameter is wrong, or the cursor is not one of this feed.</exception>
    public static async Task<FeedRequest> ReadAsync(
        HttpContext context, Caller caller, TenantAccounts accounts, EventFeed feed, CancellationToken cancellationToken)
    {
        var parameters = context.Request.Query;
        foreach (var name in parameters.Keys)
            if (name is not ("after" or "types" or "paymentId" or "limit" or "wait"))
                throw Wrong("There is no such parameter: after, types, paymentId, limit, wait.", "query");

        // A stream that broke comes back with the id of the last event that it saw.
        var after = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : One(context, "after");
        var range = await feed.RangeAsync(cancellationToken);
        var query = new FeedQuery(
            new Visibility([.. accounts.Of(caller.Tenant).Select(account => (account.Gateway, account.Account))]),
            Position(after, range), Number(context, "limit", 1, LimitMax, LimitDefault), Types(context), Payment(context));
        return new FeedRequest(query, TimeSpan.FromSeconds(Number(context, "wait", 0, WaitSecondsMax, 0)));
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

    private static string[]? Types(HttpContext context)
    {
        if (One(context, "types") is not { } text) return null;
        var types = text.Split(',');
        if (types.Length > TypesMax || types.Any(type => !EventTypes.All.Contains(type)))
            throw Wrong($"A list with commas of: {string.Join(", ", EventTypes.All.Order(StringComparer.Ordinal))}.", "types");
        return types;
    }

    private static string? Payment(HttpContext context)
    {
        if (One(context, "paymentId") is not { } text) return null;
        return Identifiers.TryParse(Identifiers.PaymentPrefix, text, out _)
            ? text
            : throw Wrong("A payment id is pay_ and 32 digits.", "paymentId");
    }

    private static int Number(HttpContext context, string name, int min, int max, int otherwise)
    {
        if (One(context, name) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong($"A whole number from {min} to {max}.", name);
    }

    private static string? One(HttpContext context, string name)
    {
        var values = context.Request.Query[name];
        return values.Count switch
        {
            0 => null,
            1 => values[0],
            _ => throw Wrong("Only once.", name),
        };
    }

    private static RefusalException Wrong(string detail, string member) => new(Problems.InvalidParameter, detail, member);
}
