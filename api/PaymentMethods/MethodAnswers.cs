using PaymentPipeline.Api.Errors;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>What the caller is told of a gateway's answer about a stored way to pay.</summary>
internal static class MethodAnswers
{
    /// <summary>Unknown is no failure of the caller's: the same request again is right, and has one effect.</summary>
    public static IResult Failed(GatewayReply reply) => reply.Outcome == GatewayOutcome.Unknown
        ? Problems.Unavailable.ToResult(reply.RetryAfter ?? TimeSpan.FromSeconds(2), "The gateway did not answer; send the request again.")
        : Problems.OfReply(reply).ToResult(reply.Failure?.Message);

    public static IResult SetUp(SaveMethodRequest request, GatewayReply reply) => Results.Json(
        new SetUpResource
        {
            UserId = request.UserId,
            Gateway = request.Gateway,
            Status = "REQUIRES_ACTION",
            ClientSecret = reply.ClientSecret,
            NextAction = NextActionResource.Read(NextActionResource.Write(reply.NextAction)),
        }, MethodJson.Default.SetUpResource, statusCode: StatusCodes.Status202Accepted);
}
