using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace PaymentPipeline.Hosting.Problems;

/// <summary>
/// The outermost step of every request: an exception becomes a 500 that tells nothing, and an error status that the
/// framework set without a body (404, 405, 413 ...) gets its problem details.
/// </summary>
internal sealed class ErrorPages(ILogger<ErrorPages> logger) : IStartupFilter
{
    private static readonly Problem ServerError = new(500, "internal_error", "Something failed on our side");

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(inner => context => HandleAsync(context, inner));
        next(app);
    };

    private async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = bad.StatusCode;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: nobody reads an answer, and it is no failure of ours.
            context.Abort();
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            // Decided here: 500 without detail. Once the response has begun the server cuts the connection instead.
            Log.RequestFailed(logger, exception, context.Request.Method, context.Request.Path);
            context.Response.Clear();
            await ServerError.WriteAsync(context);
        }
        if (NeedsBody(context.Response)) await ForStatus(context.Response.StatusCode).WriteAsync(context);
    }

    private static bool NeedsBody(HttpResponse response) =>
        response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null;

    private static Problem ForStatus(int status)
    {
        var title = ReasonPhrases.GetReasonPhrase(status);
        return new Problem(status, title.Length == 0 ? "error" : title.ToLowerInvariant().Replace(' ', '_').Replace('-', '_'), title);
    }
}
