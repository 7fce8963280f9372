using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>What Stripe answers instead of doing it: the error envelope. Thrown before anything has changed.</summary>
internal sealed class StripeRefusalException(int status, string type, string? code, string message, string? param = null)
    : Exception(message)
{
    /// <summary>False for parameters that do not validate: nothing is kept under the key then.</summary>
    public bool IsRemembered { get; init; } = true;

    public ApiAnswer Answer => StripeErrors.Answer(status, type, code, Message, param) with { IsRemembered = IsRemembered };
}

internal static class StripeErrors
{
    public static ApiAnswer Answer(int status, string type, string? code, string message, string? param = null) => new(status, $$"""
        {
          "error": {
            {{Member("code", code)}}{{Member("doc_url", AddressOf(code))}}
            "message": {{StripeBodies.Text(message)}},
            {{Member("param", param)}}"type": "{{type}}"
          }
        }
        """);

    public static StripeRefusalException Invalid(string? code, string message, string? param) =>
        new(400, "invalid_request_error", code, message, param) { IsRemembered = false };

    public static StripeRefusalException State(string? code, string message, string? param = null) =>
        new(400, "invalid_request_error", code, message, param);

    public static StripeRefusalException Missing(string what, string id, string param = "id") =>
        new(404, "invalid_request_error", "resource_missing", $"No such {what}: '{id}'", param);

    public static StripeRefusalException NotPositive(string param) =>
        Invalid("parameter_invalid_integer", "This value must be greater than or equal to 1.", param);

    private static string? AddressOf(string? code) =>
        code is null ? null : $"https://stripe.com/docs/error-codes/{code.Replace('_', '-')}";

    private static string Member(string name, string? value) => value is null ? "" : $"\"{name}\": {StripeBodies.Text(value)}, ";
}
