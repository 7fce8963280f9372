using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>A request that Adyen does not take on: nothing happens, and its key stays free.</summary>
internal sealed class AdyenRefusal(int status, string code, string message, string type) : Exception(message)
{
    public ApiAnswer Answer => AdyenAnswers.Error(status, code, Message, type) with { IsRemembered = false };

    public static AdyenRefusal Invalid(string code, string message) => new(422, code, message, "validation");

    public static AdyenRefusal Missing(string code, string field) => Invalid(code, $"Required field '{field}' is not provided.");
}

/// <summary>The forms of Adyen's answers.</summary>
internal static class AdyenAnswers
{
    public static ApiAnswer Ok(JsonObject body) => new(200, body.ToText());

    /// <summary>Modifications are taken on, not done: what becomes of them is told by webhook.</summary>
    public static ApiAnswer Created(JsonObject body) => new(201, body.ToText());

    /// <summary>The envelope ServiceError.</summary>
    public static ApiAnswer Error(int status, string code, string message, string type) => new(status, new JsonObject
    {
        ["status"] = status,
        ["errorCode"] = code,
        ["message"] = message,
        ["errorType"] = type,
    }.ToText());

    public static ApiAnswer Unauthorized =>
        Error(401, "000", "HTTP Status Response - Unauthorized", "security") with { IsRemembered = false };

    public static ApiAnswer KeyInFlight =>
        Error(422, "704", "request already processed or in progress", "validation").With("transient-error", "true")
            with { IsRemembered = false };

    public static ApiAnswer RateLimited => Error(429, "010", "Too many requests", "internal") with { IsRemembered = false };

    public static ApiAnswer ServerError => Error(500, "905", "Payment details are not supported", "internal") with { IsRemembered = false };
}
