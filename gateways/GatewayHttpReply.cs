using System.Globalization;
using System.Net.Http.Headers;

namespace PaymentPipeline.Gateways;

/// <summary>
/// What came of a call over HTTP. Without a <see cref="Failure"/> the gateway gave an answer of its own, 2xx or 4xx, with a JSON body
/// or none; what that means is for the gateway's client to say. With one there is nothing to read that could be trusted.
/// </summary>
internal sealed record GatewayHttpReply
{
    /// <summary>0 when no status came.</summary>
    public int Status { get; init; }
    public ReadOnlyMemory<byte> Body { get; init; }
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();
    public GatewayFailure? Failure { get; init; }

    /// <summary>
    /// With a failure: whether this or an earlier try may have had its effect; when false it certainly had none. Without one: whether an
    /// earlier try may have, so that "already done" can be of our own doing.
    /// </summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>How long the gateway asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same again, under the same key, may come out differently.</summary>
    public bool IsTransient { get; init; }

    public bool IsSuccess => Failure is null && Status is >= 200 and <= 299;

    /// <summary>The gateway's clock: when it made the answer. Null where it does not say.</summary>
    public DateTimeOffset? Date =>
        Headers.TryGetValue("Date", out var text)
        && DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : null;

    /// <summary>The reply of a call that failed: Unknown, or NotDone where certainly nothing happened.</summary>
    public GatewayReply ToFailedReply() => new()
    {
        Outcome = MayHaveHappened ? GatewayOutcome.Unknown : GatewayOutcome.NotDone,
        Failure = Failure ?? throw new InvalidOperationException("The call did not fail."),
        RetryAfter = RetryAfter,
    };

    public static GatewayHttpReply NotSent(string code, string message, bool isTransient = false) =>
        new() { Failure = new GatewayFailure(code, Message: message), IsTransient = isTransient };

    public static GatewayHttpReply Lost(string code, string message, int status = 0, bool isTransient = false) => new()
    {
        Status = status,
        Failure = new GatewayFailure(code, status == 0 ? null : status.ToString(CultureInfo.InvariantCulture), Message: message),
        MayHaveHappened = true,
        IsTransient = isTransient,
    };

    /// <summary>Judges an answer that came in whole.</summary>
    public static GatewayHttpReply Answered(HttpResponseMessage response, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        var reply = Judge(status, response.Content.Headers.ContentType, body.IsEmpty) with
        {
            Body = body,
            Headers = HeadersOf(response),
            RetryAfter = RetryAfterOf(response.Headers.RetryAfter, now),
        };
        // Adyen's word on it, and Stripe's, win over ours.
        if (reply.Headers.GetValueOrDefault("Transient-Error") == "true") return reply with { IsTransient = true };
        return reply.Headers.GetValueOrDefault("Stripe-Should-Retry") switch
        {
            "true" => reply with { IsTransient = true },
            "false" => reply with { IsTransient = false },
            _ => reply,
        };
    }

    private static GatewayHttpReply Judge(int status, MediaTypeHeaderValue? type, bool isEmpty) => status switch
    {
        429 => NotSent("rate_limited", "The gateway takes no more calls just now.", isTransient: true) with { Status = status },
        >= 500 => Lost("gateway_error", "The gateway failed.", status, isTransient: true),
        // Followed nowhere: a redirect of a call that moves money is nobody's to make.
        < 200 or >= 300 and < 400 => Lost("unreadable_reply", "The gateway answered with a redirect.", status),
        _ when !isEmpty && !IsJson(type) => Lost("unreadable_reply", "The gateway's answer is not JSON.", status),
        _ => new GatewayHttpReply { Status = status, IsTransient = status is 408 or 409 },
    };

    private static bool IsJson(MediaTypeHeaderValue? type) =>
        type?.MediaType is { } name
        && (name.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in response.Headers.NonValidated)
            headers[name] = values.First();
        return headers;
    }

    private static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        if ((header?.Delta ?? header?.Date - now) is not { } wait) return null;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
