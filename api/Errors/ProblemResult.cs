using System.Globalization;
using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.Errors;

/// <summary>A problem as the answer of a route.</summary>
/// <param name="Detail">For this occurrence: what the caller can do about it. Never holds what the caller sent.</param>
/// <param name="Member">The JSON path, header or parameter at fault.</param>
internal sealed record ProblemResult(Problem Problem, string? Detail = null, string? Member = null) : IResult
{
    /// <summary>Whole seconds after which the same request may do better.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.RequestServices.GetRequiredService<ApiMetrics>().Refused(Problem.Code);
        if (RetryAfter is { } wait)
            httpContext.Response.Headers.RetryAfter = WholeSeconds(wait).ToString(CultureInfo.InvariantCulture);
        return Detail is null && Member is null
            ? Problem.WriteAsync(httpContext)
            : Problem.WriteAsync(httpContext, Detail, Member);
    }

    private static long WholeSeconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
}

internal static class ProblemResults
{
    public static ProblemResult ToResult(this Problem problem, string? detail = null, string? member = null) =>
        new(problem, detail, member);

    /// <param name="retryAfter">Told to the caller in whole seconds, at least one.</param>
    public static ProblemResult ToResult(this Problem problem, TimeSpan retryAfter, string? detail = null) =>
        new(problem, detail) { RetryAfter = retryAfter };
}
