using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>One request to PayPal's API.</summary>
/// <param name="Kind">For the metrics.</param>
/// <param name="Path">With the query.</param>
/// <param name="RequestId">PayPal-Request-Id: PayPal acts once for it. At most 108 characters.</param>
/// <param name="Body">JSON, or null for none. Of a POST only.</param>
internal sealed record PayPalRequest(string Kind, HttpMethod Method, string Path, string? RequestId = null, byte[]? Body = null)
{
    public static PayPalRequest Get(string path) => new("look_up", HttpMethod.Get, path);

    /// <summary>An id as one step of a path.</summary>
    /// <exception cref="FormatException">No id of PayPal's: they are letters, digits, - and _.</exception>
    public static string Step(string id) => IsId(id) ? id : throw new FormatException("Not an id that PayPal gives.");

    public static bool IsId(string text) =>
        text.Length is > 0 and <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

/// <summary>One account's line to PayPal's API: the token, the headers, and answers as JSON.</summary>
internal sealed class PayPalLine(GatewayHttp http, PayPalTokens tokens, TimeProvider time)
{
    public GatewayHealth Health => http.Health;

    /// <summary>Never throws for what PayPal can do.</summary>
    public async Task<PayPalAnswer> SendAsync(PayPalRequest request, CancellationToken cancellationToken)
    {
        var (answer, token) = await TryAsync(request, null, cancellationToken);
        if (answer.Status == (int)HttpStatusCode.Unauthorized && token is not null)
            (answer, _) = await TryAsync(request, token, cancellationToken);
        return answer;
    }

    private async Task<(PayPalAnswer Answer, string? Token)> TryAsync(
        PayPalRequest request, string? refused, CancellationToken cancellationToken)
    {
        var got = await tokens.GetAsync(refused, cancellationToken);
        if (got.Token is not { } token)
            return (new PayPalAnswer { At = time.GetUtcNow(), Failed = got.Failed }, null);

        // Reading and deleting twice are as once; what has no request id is never sent twice.
        var isRepeatable = request.RequestId is not null || request.Method == HttpMethod.Get || request.Method == HttpMethod.Delete;
        var reply = await http.SendAsync(
            request.Kind, () => Message(request, token), isRepeatable ? GatewayRetry.Repeatable : GatewayRetry.Never, cancellationToken);
        return (PayPalAnswer.Of(reply, time.GetUtcNow()), token);
    }

    private static HttpRequestMessage Message(PayPalRequest request, string token)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(request.Path, UriKind.Relative));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (request.RequestId is not null)
            message.Headers.Add("PayPal-Request-Id", request.RequestId);
        if (request.Method != HttpMethod.Post)
            return message;

        // Without a body too the type is asked for.
        message.Headers.Add("Prefer", "return=representation");
        message.Content = new ByteArrayContent(request.Body ?? []);
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return message;
    }
}

/// <summary>What PayPal answered, as JSON; or why there is nothing to read.</summary>
internal sealed record PayPalAnswer
{
    /// <summary>0 without an answer.</summary>
    public int Status { get; private init; }

    /// <summary>An object; undefined where the answer has no body (204).</summary>
    public JsonElement Body { get; private init; }

    /// <summary>The time at the gateway when it answered; ours where it did not say.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>As <see cref="GatewayHttpReply.MayHaveHappened"/>.</summary>
    public bool MayHaveHappened { get; private init; }

    /// <summary>The reply where there is nothing to read: Unknown or NotDone, or Refused without credentials.</summary>
    public GatewayReply? Failed { get; init; }

    /// <summary>PayPal's id of the exchange, for its support.</summary>
    public string? DebugId { get; private init; }

    public bool IsSuccess => Failed is null && Status is >= 200 and <= 299;
    public bool IsNotFound => Failed is null && Status == (int)HttpStatusCode.NotFound;

    public static PayPalAnswer Of(GatewayHttpReply reply, DateTimeOffset now)
    {
        var answer = new PayPalAnswer
        {
            Status = reply.Status,
            At = reply.Date ?? now,
            MayHaveHappened = reply.MayHaveHappened,
            DebugId = reply.Headers.GetValueOrDefault("PayPal-Debug-Id"),
        };
        if (reply.Failure is not null)
            return answer with { Failed = reply.ToFailedReply() };
        if (reply.Body.IsEmpty)
            return answer;
        try
        {
            using var document = WebhookJson.Parse(reply.Body);
            var body = document.RootElement.Clone();
            return answer with { Body = body, DebugId = body.Text("debug_id") ?? answer.DebugId };
        }
        catch (UnreadableWebhookException problem)
        {
            return answer with { Failed = GatewayHttpReply.Lost("unreadable_reply", problem.Message, reply.Status).ToFailedReply() };
        }
    }
}
