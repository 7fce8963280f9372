namespace PaymentPipeline.Simulator.Api;

/// <summary>What a gateway's API answers.</summary>
internal sealed record ApiAnswer(int Status, string Body)
{
    public string ContentType { get; init; } = "application/json";
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>False: the key stays free, because nothing was begun (invalid requests, rate limits).</summary>
    public bool IsRemembered { get; init; } = true;

    /// <summary>What the same key is answered later, where the gateway shows the state of then (PayPal). Null: this answer again.</summary>
    public Func<ApiAnswer>? Latest { get; init; }

    public ApiAnswer With(string header, string value) => this with { Headers = [.. Headers, new(header, value)] };
}
