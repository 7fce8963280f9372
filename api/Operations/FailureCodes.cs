namespace PaymentPipeline.Api.Operations;

/// <summary>Those of <see cref="PaymentPipeline.Gateways.GatewayFailure.Code"/> that the API itself gives or decides on.</summary>
internal static class FailureCodes
{
    public const string Timeout = "timeout";
    public const string Unreachable = "unreachable";
    public const string GatewayError = "gateway_error";
    public const string Unauthorized = "unauthorized";
    public const string InvalidState = "invalid_state";
    public const string AlreadyDone = "already_done";
    public const string NotFound = "not_found";
}
