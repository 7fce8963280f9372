using System.Text;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>Stripe's API: credentials, keys, and which handler has which path.</summary>
internal sealed class StripeApi : GatewayApi
{
    private const int KeyCharsMax = 255;

    private readonly StripeBooks _books;
    private readonly string _authorization, _basic;

    public StripeApi(ApiFloor floor)
        : base(floor)
    {
        _books = new StripeBooks(floor);
        var key = floor.Secrets.StripeApiKey!;
        _authorization = "Bearer " + key;
        _basic = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(key + ":"));
    }

    public override string Name => "stripe";
    public override IReadOnlyList<TestToken> TestTokens => StripeTestCard.Tokens;
    protected override bool KeepsServerErrors => true;

    public override void Map(WebApplication app)
    {
        var methods = new StripeMethods(_books);
        var attempts = new StripeAttempts(_books, methods, new StripeAftermath(_books));
        MapIntents(app, new StripeIntents(_books, methods, attempts));
        MapRefundsAndDisputes(app);
        MapCustomers(app, new StripeCustomers(_books, methods), methods);
        var setups = new StripeSetupIntents(_books, methods);
        On(app, "POST", "/v1/setup_intents", "setup", setups.Create);
        On(app, "GET", "/v1/setup_intents/{id}", "read", setups.Get);
        On(app, "POST", "/v1/setup_intents/{id}/confirm", "setup", setups.Confirm);
        On(app, "POST", "/v1/setup_intents/{id}/cancel", "setup", setups.Cancel);

        On(app, "GET", "/v1/events", "read", ListEvents);
        On(app, "GET", "/v1/events/{id}", "read", request => new ApiAnswer(200, _books.Events.Get(request.Route("id")).Body));
        new StripeChallengePage(_books, attempts, setups).Map(app);
        foreach (var method in new[] { "GET", "POST", "DELETE" })
            On(app, method, "/v1/{**rest}", "unknown", request => StripeErrors.Answer(
                404, "invalid_request_error", null, $"Unrecognized request URL ({request.Method}: {request.Path}).") with
            {
                IsRemembered = false,
            });
    }

    protected override ApiAnswer? RefuseCredentials(ApiRequest request)
    {
        if (request.Key?.Length > KeyCharsMax)
            return StripeErrors.Answer(400, "idempotency_error", null, $"Idempotency keys have at most {KeyCharsMax} characters.");
        var given = request.Header("Authorization");
        if (given == _authorization || given == _basic) return null;
        // What runs in the payer's browser has a publishable key, and the client secret of one object.
        if (given?.StartsWith("Bearer pk_test_", StringComparison.Ordinal) == true && request.IsOfClient()) return null;
        return given is null
            ? StripeErrors.Answer(401, "invalid_request_error", null, "You did not provide an API key.")
            : StripeErrors.Answer(401, "invalid_request_error", null, "Invalid API Key provided.");
    }

    protected override string? KeyOf(ApiRequest request) => request.Method == "POST" ? request.Header("Idempotency-Key") : null;

    protected override ApiAnswer KeyInFlight(ApiRequest request) => StripeErrors.Answer(
        409, "idempotency_error", "idempotency_key_in_use", "Another request with this idempotency key is in progress.");

    protected override ApiAnswer OtherBody(ApiRequest request) => StripeErrors.Answer(
        400, "idempotency_error", null, "Keys for idempotent requests can only be used with the parameters they were first used with.");

    protected override ApiAnswer RateLimited(ApiRequest request) =>
        StripeErrors.Answer(429, "invalid_request_error", "rate_limit", "Too many requests hit the API too quickly.")
            .With("Stripe-Rate-Limited-Reason", "global-rate");

    protected override ApiAnswer ServerError(ApiRequest request) =>
        StripeErrors.Answer(500, "api_error", null, "An unknown error occurred.");

    protected override ApiAnswer Replay(ApiAnswer first) => first.With("Idempotent-Replayed", "true");

    protected override ApiAnswer Sign(ApiRequest request, ApiAnswer answer)
    {
        var signed = answer.With("Request-Id", request.RequestId())
            .With("Stripe-Version", request.Header("Stripe-Version") ?? StripeBodies.ApiVersion);
        return request.Key is { Length: <= KeyCharsMax } key ? signed.With("Idempotency-Key", key) : signed;
    }

    private void On(WebApplication app, string method, string pattern, string operation, Func<ApiRequest, string> handle) =>
        On(app, method, pattern, operation, request => _books.Answer(handle(request), StripeParams.Of(request).Expand));

    private new void On(WebApplication app, string method, string pattern, string operation, Func<ApiRequest, ApiAnswer> handle) =>
        base.On(app, method, pattern, operation, request =>
        {
            try
            {
                return handle(request);
            }
            catch (StripeRefusalException refusal)
            {
                return refusal.Answer;
            }
        });

    private void MapIntents(WebApplication app, StripeIntents intents)
    {
        On(app, "POST", "/v1/payment_intents", "create", intents.Create);
        On(app, "GET", "/v1/payment_intents", "read", intents.List);
        On(app, "GET", "/v1/payment_intents/search", "read", intents.Search);
        On(app, "GET", "/v1/payment_intents/{id}", "read", intents.Get);
        On(app, "POST", "/v1/payment_intents/{id}/confirm", "confirm", intents.Confirm);
        On(app, "POST", "/v1/payment_intents/{id}/capture", "capture", intents.Capture);
        On(app, "POST", "/v1/payment_intents/{id}/cancel", "cancel", intents.Cancel);
        On(app, "GET", "/v1/charges/{id}", "read", intents.GetCharge);
    }

    private void MapRefundsAndDisputes(WebApplication app)
    {
        var refunds = new StripeRefunds(_books);
        On(app, "POST", "/v1/refunds", "refund", refunds.Create);
        On(app, "GET", "/v1/refunds", "read", refunds.List);
        On(app, "GET", "/v1/refunds/{id}", "read", refunds.Get);
        On(app, "POST", "/v1/refunds/{id}/cancel", "cancel_refund", refunds.Cancel);
        var disputes = new StripeDisputes(_books);
        On(app, "GET", "/v1/disputes", "read", disputes.List);
        On(app, "GET", "/v1/disputes/{id}", "read", disputes.Get);
        On(app, "POST", "/v1/disputes/{id}", "evidence", disputes.Update);
        On(app, "POST", "/v1/disputes/{id}/close", "close_dispute", disputes.Close);
    }

    private void MapCustomers(WebApplication app, StripeCustomers customers, StripeMethods methods)
    {
        On(app, "POST", "/v1/customers", "customer", customers.Create);
        On(app, "GET", "/v1/customers", "read", customers.List);
        On(app, "GET", "/v1/customers/{id}", "read", customers.Get);
        On(app, "POST", "/v1/customers/{id}", "customer", customers.Update);
        On(app, "DELETE", "/v1/customers/{id}", "delete_customer", customers.Delete);
        On(app, "GET", "/v1/customers/{id}/payment_methods", "read", customers.ListMethods);
        On(app, "GET", "/v1/customers/{id}/payment_methods/{method}", "read", customers.GetMethod);
        On(app, "GET", "/v1/payment_methods", "read", methods.List);
        On(app, "GET", "/v1/payment_methods/{id}", "read", methods.Get);
        On(app, "POST", "/v1/payment_methods/{id}/attach", "attach", methods.Attach);
        On(app, "POST", "/v1/payment_methods/{id}/detach", "detach", methods.Detach);
    }

    private string ListEvents(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var type = p.Text("type");
        var types = p.Values("types");
        var created = StripeTimes.Of(p.Nested("created"));
        p.Ignore("delivery_success");
        return _books.Events.List(p, "/v1/events",
            e => created(e.Created) && (type is null || Fits(type, e.Type)) && (types.Count == 0 || types.Contains(e.Type)), e => e.Body);

        static bool Fits(string wanted, string actual) =>
            wanted.EndsWith('*') ? actual.StartsWith(wanted[..^1], StringComparison.Ordinal) : actual == wanted;
    }
}

internal static class StripeTimes
{
    /// <summary><c>created[gte]</c> and its like: unix seconds.</summary>
    public static Func<DateTimeOffset, bool> Of(StripeParams? range)
    {
        if (range is null) return _ => true;
        var (gt, gte, lt, lte) = (range.Integer("gt"), range.Integer("gte"), range.Integer("lt"), range.Integer("lte"));
        return created =>
        {
            var unix = created.ToUnixTimeSeconds();
            return !(unix <= gt) && !(unix < gte) && !(unix >= lt) && !(unix > lte);
        };
    }
}

internal static class StripeRequests
{
    // From this version on the payment_method_types are no parameter any more.
    private const string VersionWithoutTypes = "2026-09-30";

    public static bool MayNameMethodTypes(this ApiRequest request) =>
        string.CompareOrdinal(request.Header("Stripe-Version") ?? StripeBodies.ApiVersion, VersionWithoutTypes) < 0;

    /// <summary><c>req_…</c>, the same whenever it is asked for.</summary>
    public static string RequestId(this ApiRequest request) =>
        "req_" + Convert.ToHexStringLower(BitConverter.GetBytes(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(request)))
        + request.Now.ToUnixTimeMilliseconds().ToString("x", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What a browser may ask: to read or confirm the one object whose secret it has.</summary>
    public static bool IsOfClient(this ApiRequest request) =>
        request.Path.Split('/') is ["", "v1", "payment_intents" or "setup_intents", var id, ..] path
        && (path.Length == 4 && request.Method == "GET" || path is [_, _, _, _, "confirm"])
        && StripeParams.Of(request).Text("client_secret")?.StartsWith(id + "_secret_", StringComparison.Ordinal) == true;
}
