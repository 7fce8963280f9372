using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>What every request is read for.</summary>
internal static class PayPalRequest
{
    /// <summary>An empty body stands for <c>{}</c>.</summary>
    public static JsonObject Read(ApiRequest request) =>
        request.Body.Length == 0 ? [] : JsonBody.Read(request.Body) as JsonObject ?? throw Malformed();

    public static PayPalRefusal Malformed() =>
        PayPalRefusal.Malformed("MALFORMED_REQUEST_JSON", "/", "The request JSON is not well formed.");

    public static bool WantsAll(ApiRequest request) =>
        request.Header("Prefer")?.Contains("return=representation", StringComparison.OrdinalIgnoreCase) == true;

    public static void CheckLength(JsonObject parent, string name, int max, string field)
    {
        if (parent.Text(name) is { } text && text.Length > max)
            throw PayPalRefusal.Malformed("INVALID_STRING_MAX_LENGTH", $"{field}/{name}", "The value of a field is too long.");
    }

    /// <summary>The sandbox's negative testing: <c>PayPal-Mock-Response: {"mock_application_codes":"INSTRUMENT_DECLINED"}</c>.</summary>
    public static ApiAnswer? MockedAnswer(ApiRequest request)
    {
        if (request.Header("PayPal-Mock-Response") is not { } header) return null;
        var code = (JsonBody.Read(System.Text.Encoding.UTF8.GetBytes(header)) as JsonObject)?.Text("mock_application_codes");
        return code switch
        {
            null => null,
            "INTERNAL_SERVER_ERROR" or "INTERNAL_SERVICE_ERROR" => PayPalAnswers.ServerError,
            "RATE_LIMIT_REACHED" => PayPalAnswers.RateLimited,
            _ => PayPalAnswers.Error(422, "UNPROCESSABLE_ENTITY", code, $"Asked for by PayPal-Mock-Response: {code}.") with
            {
                IsRemembered = false,
            },
        };
    }
}
