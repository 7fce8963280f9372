namespace PaymentPipeline.Api.Errors;

/// <summary>Gives refusals their problem: those thrown while a request is read, and the framework's statuses without a body.</summary>
internal sealed class RefusalPages(RequestDelegate next)
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
