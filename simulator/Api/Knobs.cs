using System.Text.Json.Serialization;

namespace PaymentPipeline.Simulator.Api;

/// <summary>
/// How one gateway's API misbehaves: <c>PUT /simulator/knobs</c> for all gateways, <c>PUT /simulator/knobs/stripe</c> for one.
/// A PUT replaces them all, but for <see cref="Ingress"/>, which stays when it is not named.
/// </summary>
/// <remarks>Settable: the generated JSON reader would put nothing in place of the defaults of init-only members.</remarks>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Knobs
{
    /// <summary>Whom a share strikes depends on this, the request's idempotency key and the number of its tries alone.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Faults strike only requests whose "METHOD path" contains this: "POST", "/capture". Null: all.</summary>
    public string? Only { get; set; }

    /// <summary>Between the arrival of a request and its effect; its key is in flight meanwhile.</summary>
    public int LatencyMs { get; set; }

    /// <summary>What takes a gateway its time (a pending refund, a modification at Adyen) is settled after this.</summary>
    public int SettleMs { get; set; } = 100;

    /// <summary>What was made less than this ago is not found by a search (Stripe); reading by id always finds it.</summary>
    public int SearchLagMs { get; set; }

    /// <summary>How long a time-out keeps silent before the connection is cut.</summary>
    public int SilenceMs { get; set; }

    /// <summary>How long an access token is good (PayPal); about nine hours, as there.</summary>
    public int TokenSeconds { get; set; } = 32_400;

    // Before the effect: nothing happens.

    /// <summary>429 with Retry-After.</summary>
    public Fault RateLimited { get; set; } = new();
    public int RetryAfterSeconds { get; set; } = 1;

    /// <summary>500.</summary>
    public Fault ServerError { get; set; } = new();

    /// <summary>307 to somewhere else.</summary>
    public Fault Redirect { get; set; } = new();

    /// <summary>No answer, and no effect.</summary>
    public Fault Timeout { get; set; } = new();

    /// <summary>The gateway's answer to a key that is in flight.</summary>
    public Fault KeyInFlight { get; set; } = new();

    /// <summary>What was remembered under the request's key is forgotten first, so that its effect comes a second time.</summary>
    public Fault ForgetKeys { get; set; } = new();

    // After the effect: it happened, whatever is answered.

    /// <summary>No answer.</summary>
    public Fault EffectThenTimeout { get; set; } = new();

    /// <summary>500; Stripe repeats it to whoever comes with the same key.</summary>
    public Fault EffectThenServerError { get; set; } = new();

    /// <summary>200 and a page in HTML.</summary>
    public Fault Html200 { get; set; } = new();

    /// <summary>The answer's first half.</summary>
    public Fault Truncated { get; set; } = new();

    /// <summary>The answer with other amounts.</summary>
    public Fault WrongAmount { get; set; } = new();

    /// <summary>200 and 50 MB.</summary>
    public Fault HugeBody { get; set; } = new();

    // Webhooks.

    /// <summary>Where webhooks go: URL without /webhooks. Null: none are sent.</summary>
    public string? Ingress { get; set; }

    /// <summary>The answer waits until the ingress has taken the webhooks.</summary>
    public Fault WebhookBeforeReply { get; set; } = new();
    public int WebhookDelayMs { get; set; }
    public Fault DropWebhooks { get; set; } = new();
    public Fault DuplicateWebhooks { get; set; } = new();

    /// <summary>Every problem at once; empty when the knobs can be used.</summary>
    public IEnumerable<string> Problems()
    {
        if (Ingress is not null && (!Uri.TryCreate(Ingress, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            yield return $"ingress '{Ingress}' is not an http address.";
        (string, int)[] times =
        [
            ("latencyMs", LatencyMs), ("settleMs", SettleMs), ("silenceMs", SilenceMs), ("searchLagMs", SearchLagMs),
            ("webhookDelayMs", WebhookDelayMs),
        ];
        foreach (var (name, value) in times)
            if (value is < 0 or > 600_000) yield return $"{name} {value} is not from 0 to 600000.";
        if (RetryAfterSeconds is < 0 or > 600) yield return $"retryAfterSeconds {RetryAfterSeconds} is not from 0 to 600.";
        if (TokenSeconds is < 1 or > 32_400) yield return $"tokenSeconds {TokenSeconds} is not from 1 to 32400.";
        foreach (var fault in All())
            if (fault is not { Share: >= 0 and <= 1, Next: >= 0 })
                yield return "a fault is {\"share\": 0 to 1} or {\"next\": 0 or more}.";
    }

    /// <summary>With counts of its own.</summary>
    public Knobs Copy() => this with
    {
        RateLimited = RateLimited with { }, ServerError = ServerError with { }, Redirect = Redirect with { }, Timeout = Timeout with { },
        KeyInFlight = KeyInFlight with { }, ForgetKeys = ForgetKeys with { }, EffectThenTimeout = EffectThenTimeout with { },
        EffectThenServerError = EffectThenServerError with { }, Html200 = Html200 with { }, Truncated = Truncated with { },
        WrongAmount = WrongAmount with { }, HugeBody = HugeBody with { }, WebhookBeforeReply = WebhookBeforeReply with { },
        DropWebhooks = DropWebhooks with { }, DuplicateWebhooks = DuplicateWebhooks with { },
    };

    private Fault[] All() =>
    [
        RateLimited, ServerError, Redirect, Timeout, KeyInFlight, ForgetKeys, EffectThenTimeout, EffectThenServerError, Html200, Truncated,
        WrongAmount, HugeBody, WebhookBeforeReply, DropWebhooks, DuplicateWebhooks,
    ];
}

/// <summary>How often a fault strikes: the next so many times, and beside that a share of all.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Fault
{
    public double Share { get; set; }

    /// <summary>Counts down; <c>GET /simulator/knobs</c> shows what is left.</summary>
    public int Next { get; set; }
}
