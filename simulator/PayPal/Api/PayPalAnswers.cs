using System.Security.Cryptography;
using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>A request that PayPal does not take on: nothing happens, and its PayPal-Request-Id stays free.</summary>
internal sealed class PayPalRefusal(int status, string name, string issue, string description, string? pointer = null)
    : Exception(description)
{
    public ApiAnswer Answer => PayPalAnswers.Error(status, name, issue, Message, pointer) with { IsRemembered = false };

    /// <summary>400: the request's form.</summary>
    public static PayPalRefusal Malformed(string issue, string field, string description) =>
        new(400, "INVALID_REQUEST", issue, description, field);

    public static PayPalRefusal Missing(string field) =>
        Malformed("MISSING_REQUIRED_PARAMETER", field, "A required field / parameter is missing.");

    /// <summary>422: well formed, but it cannot be done.</summary>
    public static PayPalRefusal Unprocessable(string issue, string description, string? field = null) =>
        new(422, "UNPROCESSABLE_ENTITY", issue, description, field);

    public static PayPalRefusal NotFound() => new(
        404, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID",
        "Specified resource ID does not exist. Please check the resource ID and try again.");
}

/// <summary>The forms of PayPal's answers.</summary>
internal static class PayPalAnswers
{
    /// <param name="status">Of the first answer; the same PayPal-Request-Id later gets 200 and the resource as it is then.</param>
    public static ApiAnswer Created(Func<JsonObject> resource, int status = 201) =>
        Ok(resource()) with { Status = status, Latest = () => Ok(resource()) };

    public static ApiAnswer Ok(JsonObject body) => new(200, body.ToText());

    public static ApiAnswer NoContent => new(204, "");

    public static ApiAnswer Error(int status, string name, string issue, string description, string? field = null)
    {
        var detail = new JsonObject { ["issue"] = issue, ["description"] = description };
        if (field is not null) (detail["field"], detail["location"]) = (field, "body");
        return new ApiAnswer(status, new JsonObject
        {
            ["name"] = name,
            ["message"] = MessageOf(name),
            ["debug_id"] = RandomNumberGenerator.GetHexString(13, lowercase: true),
            ["details"] = issue.Length > 0 ? new JsonArray(detail) : [],
            ["links"] = new JsonArray(new JsonObject
            {
                ["href"] = $"https://developer.paypal.com/api/rest/reference/orders/v2/errors/#{issue}", ["rel"] = "information_link",
                ["method"] = "GET",
            }),
        }.ToText());
    }

    public static ApiAnswer Unauthorized => Error(
        401, "AUTHENTICATION_FAILURE", "", "") with { IsRemembered = false };

    public static ApiAnswer KeyInFlight => Error(
        409, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS",
        "A previous request on this resource is currently in progress. Please wait for sometime and try again.") with
        {
            IsRemembered = false,
        };

    public static ApiAnswer OtherBody => Error(
        422, "UNPROCESSABLE_ENTITY", "PAYPAL_REQUEST_ID_PREVIOUSLY_USED",
        "PayPal-Request-Id was used before with another request.") with { IsRemembered = false };

    public static ApiAnswer RateLimited => Error(
        429, "RATE_LIMIT_REACHED", "RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting.") with { IsRemembered = false };

    public static ApiAnswer ServerError => Error(
        500, "INTERNAL_SERVER_ERROR", "INTERNAL_SERVER_ERROR", "An internal server error has occurred.") with { IsRemembered = false };

    private static string MessageOf(string name) => name switch
    {
        "INVALID_REQUEST" => "Request is not well-formed, syntactically incorrect, or violates schema.",
        "UNPROCESSABLE_ENTITY" => "The requested action could not be performed, semantically incorrect, or failed business validation.",
        "RESOURCE_NOT_FOUND" => "The specified resource does not exist.",
        "RESOURCE_CONFLICT" => "The server has detected a conflict while processing this request.",
        "AUTHENTICATION_FAILURE" => "Authentication failed due to missing authorization header, or invalid authentication credentials.",
        "RATE_LIMIT_REACHED" => "Too many requests. Blocked due to rate limiting.",
        _ => "An internal server error has occurred.",
    };
}
