using PaymentPipeline.Hosting.Problems;

namespace PaymentPipeline.Ingress;

/// <summary>
/// Every way of not taking a webhook. A caller learns the status and a code, never why a signature failed: all of these
/// have one answer of one length.
/// </summary>
/// <param name="Reason">For metrics and logs.</param>
/// <param name="Close">The connection cannot be used further: its next bytes may belong to this request's body.</param>
/// <param name="Again">With Retry-After: the same request may succeed later.</param>
internal sealed record Refusal(string Reason, Problem Problem, bool Close = false, bool Again = false)
{
    public static readonly Refusal NotFound = new("not_found", new(404, "not_found", "There is no such webhook address"));
    public static readonly Refusal Method = new("method", new(405, "method_not_allowed", "Webhooks are sent by POST"));
    public static readonly Refusal TooLarge = new("too_large", new(413, "too_large", "The body is too large"), Close: true);
    public static readonly Refusal TooManyItems = new("too_many_items", new(413, "too_many_items", "The body has too many items"));
    public static readonly Refusal Encoding = new("encoding", new(415, "encoding_not_supported", "The body must not be compressed"));
    public static readonly Refusal MediaType = new("media_type", new(415, "media_type_not_supported", "The body must be JSON in UTF-8"));
    public static readonly Refusal Empty = new("empty", new(400, "malformed", "The request cannot be understood"));
    public static readonly Refusal Malformed = new("malformed", Empty.Problem);
    public static readonly Refusal Protocol = new("protocol", Empty.Problem, Close: true);
    public static readonly Refusal Slow = new("slow", new(408, "too_slow", "The body did not come in time"), Close: true);
    public static readonly Refusal NotAuthentic = new("not_authentic", new(401, "not_authentic", "The request is not authentic"));

    /// <summary>With a body that we did not read to its end; hence the end of the connection.</summary>
    public static readonly Refusal Busy =
        new("busy", new(503, "busy", "Too many requests are under way"), Close: true, Again: true);

    public static readonly Refusal CannotJudge =
        new("cannot_judge", new(503, "temporarily_unavailable", "The request cannot be taken now"), Again: true);

    public static readonly Refusal LogUnavailable = new("log_unavailable", CannotJudge.Problem, Again: true);
    public static readonly Refusal LogSlow = new("log_slow", CannotJudge.Problem, Again: true);

    /// <summary>What the server found wrong while reading the body.</summary>
    public static Refusal Of(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status408RequestTimeout => Slow,
        _ => Protocol,
    };
}
