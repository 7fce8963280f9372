using System.Data.Common;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Errors;

/// <summary>
/// Gives refusals their problem: those thrown while a request is read, the framework's statuses without a body, and books out of reach.
/// </summary>
internal sealed class RefusalPages(RequestDelegate next, ILogger<RefusalPages> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (RefusalException refusal) when (!context.Response.HasStarted)
        {
            await refusal.Result.ExecuteAsync(context);
            return;
        }
        catch (DbException down) when (!context.Response.HasStarted && DatabaseErrors.Classify(down) == DatabaseErrorKind.Unavailable)
        {
            // What was asked may have been recorded: the same key finds out.
            Log.BooksUnavailable(logger, DatabaseErrors.Describe(down));
            await Problems.Unavailable.ToResult(TimeSpan.FromSeconds(5)).ExecuteAsync(context);
            return;
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = bad.StatusCode;
        }
        if (IsBare(context.Response) && Problems.OfStatus(context.Response.StatusCode) is { } problem)
            await problem.ToResult().ExecuteAsync(context);
    }

    private static bool IsBare(HttpResponse response) =>
        response.StatusCode >= 400 && !response.HasStarted && response.ContentLength is null && response.ContentType is null;
}
