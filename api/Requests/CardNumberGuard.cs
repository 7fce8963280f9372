using PaymentPipeline.Api.Errors;

namespace PaymentPipeline.Api.Requests;

/// <summary>
/// Refuses a request with a card number in its path, query or headers before anything else sees it; the body is searched where
/// it is read (<see cref="StrictJson"/>). The number is not repeated, logged or kept.
/// </summary>
internal sealed class CardNumberGuard(RequestDelegate next, ApiMetrics metrics)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (PlaceIn(context.Request) is not { } place) return next(context);
        metrics.CardNumber(place);
        return Problems.PanNotAllowed.ToResult($"The {place} holds a card number.").ExecuteAsync(context);
    }

    private static string? PlaceIn(HttpRequest request)
    {
        if (CardNumbers.In(request.Path.Value)) return "path";
        if (request.QueryString.HasValue && (CardNumbers.In(request.QueryString.Value) || IsInQuery(request.Query))) return "query";
        foreach (var header in request.Headers)
        {
            foreach (var value in header.Value)
                if (CardNumbers.In(value))
                    return "header";
        }
        return null;
    }

    private static bool IsInQuery(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (CardNumbers.In(name)) return true;
            foreach (var value in values)
                if (CardNumbers.In(value))
                    return true;
        }
        return false;
    }
}
