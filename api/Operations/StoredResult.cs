using System.Globalization;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Operations;

/// <summary>An answer as it is kept with its key: the same bytes each time.</summary>
internal sealed class StoredResult(StoredResponse response) : IResult
{
    /// <summary>Told on answers that were given before.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    public bool IsReplay { get; init; }

    /// <summary>When it is worth asking again; for answers that are not final.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var answer = httpContext.Response;
        answer.StatusCode = response.Status;
        answer.ContentType = response.ContentType;
        answer.ContentLength = response.Body.Length;
        if (response.Location is { } location) answer.Headers.Location = location;
        if (response.ETag is { } tag) answer.Headers.ETag = tag;
        if (IsReplay) answer.Headers[ReplayedHeader] = "true";
        if (RetryAfter is { } wait)
            answer.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        // A client secret may be in it.
        answer.Headers.CacheControl = "no-store";
        return answer.Body.WriteAsync(response.Body, httpContext.RequestAborted).AsTask();
    }
}
