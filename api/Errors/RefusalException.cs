using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Api.Errors;

/// <summary>
/// Ends a request with a problem from where there is no result to return: while parameters and the body are read. Thrown at
/// the border only; a route returns <see cref="ProblemResult"/>.
/// </summary>
internal sealed class RefusalException(Problem problem, string? detail = null, string? member = null)
    : Exception(problem.Code)
{
    public ProblemResult Result { get; } = new(problem, detail, member);
}
