using System.Globalization;
using System.Text.Json;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>What an answer that is no success means. A payment that the issuer refused is none of these: it is a 200.</summary>
internal static class AdyenErrors
{
    // "request already processed or in progress": the same key is being worked on, or what came of it is unclear to Adyen.
    private const string InFlight = "704";

    // Of tokens: contract not found, payment detail not found.
    private static readonly string[] NotFound = ["800", "803"];

    // Of payments: the modification does not fit the payment's state; the original pspReference is missing or unknown.
    private static readonly string[] WrongState = ["167", "173", "174"];

    /// <summary>Null for a success.</summary>
    public static GatewayReply? Of(GatewayHttpReply http)
    {
        if (http.Failure is not null)
            return http.ToFailedReply();
        if (http.IsSuccess)
            return null;
        var (errorCode, message) = Read(http.Body);
        var gatewayCode = errorCode ?? http.Status.ToString(CultureInfo.InvariantCulture);
        var isOpen = http.IsTransient || http.MayHaveHappened || errorCode == InFlight;
        var code = errorCode == InFlight ? "gateway_error" : CodeOf(http.Status, errorCode);
        return new GatewayReply
        {
            Outcome = isOpen ? GatewayOutcome.Unknown : GatewayOutcome.Refused,
            Failure = new GatewayFailure(code, gatewayCode, Message: message),
            RetryAfter = http.RetryAfter,
        };
    }

    public static GatewayReply Refuse(string code, string message) =>
        new() { Outcome = GatewayOutcome.Refused, Failure = new GatewayFailure(code, Message: message) };

    public static GatewayReply Unknown(string code, string message, string? gatewayCode = null) =>
        new() { Outcome = GatewayOutcome.Unknown, Failure = new GatewayFailure(code, gatewayCode, Message: message) };

    public static GatewayReply Mismatched(string what) =>
        Unknown("mismatched_reply", $"Adyen's answer is not about what was asked: another {what}.");

    /// <summary>Reads a success; what cannot be read may have happened all the same.</summary>
    public static GatewayReply Read(GatewayHttpReply http, Func<JsonElement, GatewayReply> read)
    {
        if (Of(http) is { } failed)
            return failed;
        try
        {
            using var document = WebhookJson.Parse(http.Body);
            return read(document.RootElement);
        }
        catch (UnreadableWebhookException problem)
        {
            return Unknown("unreadable_reply", "Adyen's answer cannot be read: " + problem.Message);
        }
    }

    private static string CodeOf(int status, string? errorCode) => status switch
    {
        401 or 403 => "unauthorized",
        404 => "not_found",
        _ when NotFound.Contains(errorCode) => "not_found",
        _ when WrongState.Contains(errorCode) => "invalid_state",
        _ => "invalid_request",
    };

    // An error that cannot be read is an error all the same.
    private static (string? Code, string? Message) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = WebhookJson.Parse(body);
            return (document.RootElement.Text("errorCode"), document.RootElement.Text("message"));
        }
        catch (UnreadableWebhookException)
        {
            return default;
        }
    }
}
