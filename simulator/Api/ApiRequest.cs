using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Api;

/// <summary>A request to a gateway's API, read to its end, and what its handler tells beside the answer.</summary>
internal sealed class ApiRequest(HttpContext context, string operation, byte[] body, DateTimeOffset now)
{
    private readonly List<Telling> _tellings = [];

    /// <summary>What the request wants: "create", "capture", "refund". The word of <see cref="Effect.Operation"/>.</summary>
    public string Operation { get; } = operation;
    public string Method { get; } = context.Request.Method;
    public string Path { get; } = context.Request.Path;
    public IQueryCollection Query { get; } = context.Request.Query;
    public string QueryString { get; } = context.Request.QueryString.Value ?? "";
    public IHeaderDictionary Headers { get; } = context.Request.Headers;
    public byte[] Body { get; } = body;
    public DateTimeOffset Now { get; } = now;

    /// <summary>The gateway's idempotency key; null when the request has none, or the gateway heeds none here.</summary>
    public string? Key { get; set; }

    /// <summary>Webhooks that follow from the request. Each is promised to the truth it is about as it is added.</summary>
    public IReadOnlyList<Telling> Tellings => _tellings;

    /// <summary>A part of the route: "id".</summary>
    public string Route(string name) => (string)context.Request.RouteValues[name]!;

    public string? Header(string name) => Headers[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>To be called under the floor's lock, as handlers are.</summary>
    public void Tell(Telling telling)
    {
        telling.About?.Promise();
        _tellings.Add(telling);
    }
}
