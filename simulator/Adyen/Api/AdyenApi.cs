using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>Adyen's Checkout API, version 72, at the paths of its test and of its live hosts.</summary>
internal sealed class AdyenApi : GatewayApi
{
    private readonly AdyenPayments _payments;
    private readonly AdyenModifications _modifications;
    private readonly AdyenStoredMethods _stored;
    private readonly AdyenSessions _sessions;
    private readonly AdyenPages _pages;

    public AdyenApi(ApiFloor floor) : base(floor)
    {
        var books = new AdyenBooks(floor);
        _stored = new AdyenStoredMethods(books);
        var aftermath = new AdyenAftermath(books);
        _payments = new AdyenPayments(books, _stored, aftermath);
        _modifications = new AdyenModifications(books, aftermath);
        _sessions = new AdyenSessions(books, _payments);
        _pages = new AdyenPages(books, _sessions);
    }

    public override string Name => "adyen";

    public override IReadOnlyList<TestToken> TestTokens { get; } =
    [
        Card("visa", "", "succeeds"),
        Card("mc", "", "succeeds"),
        Card("challenge", "", "requires_action"),
        Card("visa", "DECLINED", "declined"),
        Card("visa", "NOT_ENOUGH_BALANCE", "declined"),
        Card("visa", "PENDING", "processing"),
        Card("visa", "REFUND_FAILED", "refund_fails"),
        Card("visa", "CHARGEBACK", "disputed"),
    ];

    public override void Map(WebApplication app)
    {
        foreach (var root in new[] { "/v72", "/checkout/v72" })
        {
            Post("/payments", "create", _payments.Pay);
            Post("/payments/details", "confirm", _payments.Details);
            Post("/payments/{psp}/captures", "capture", _modifications.Capture);
            Post("/payments/{psp}/cancels", "cancel", _modifications.Cancel);
            Post("/payments/{psp}/refunds", "refund", _modifications.Refund);
            Post("/payments/{psp}/reversals", "reverse", _modifications.Reverse);
            Post("/cancels", "cancel", _modifications.CancelByReference);
            Post("/sessions", "session", _sessions.Create);
            On(app, "GET", root + "/sessions/{id}", "read", Checked(_sessions.Get));
            Post("/storedPaymentMethods", "attach", _stored.Create);
            On(app, "GET", root + "/storedPaymentMethods", "read", Checked(_stored.List));
            On(app, "DELETE", root + "/storedPaymentMethods/{id}", "detach", Checked(_stored.Delete));
            Post("/paymentMethods", "read", _stored.PaymentMethods);

            void Post(string path, string operation, Func<ApiRequest, ApiAnswer> handle) =>
                On(app, "POST", root + path, operation, Checked(handle));
        }
        app.MapPage(Floor, AdyenPages.ChallengePath + "{id}", _pages.Challenge);
        app.MapPage(Floor, AdyenPages.SessionPath + "{id}", _pages.Session);
    }

    protected override ApiAnswer? RefuseCredentials(ApiRequest request) =>
        request.Header("X-API-Key") == Floor.Secrets.AdyenApiKey ? null : AdyenAnswers.Unauthorized;

    protected override string? KeyOf(ApiRequest request) => request.Method == "POST" ? request.Header("Idempotency-Key") : null;

    protected override ApiAnswer KeyInFlight(ApiRequest request) => AdyenAnswers.KeyInFlight;

    /// <summary>Adyen does not reliably notice.</summary>
    protected override ApiAnswer? OtherBody(ApiRequest request) => null;

    protected override ApiAnswer RateLimited(ApiRequest request) => AdyenAnswers.RateLimited;

    protected override ApiAnswer ServerError(ApiRequest request) => AdyenAnswers.ServerError;

    protected override ApiAnswer Sign(ApiRequest request, ApiAnswer answer) =>
        request.Key is { } key ? answer.With("Idempotency-Key", key) : answer;

    private static TestToken Card(string card, string holder, string outcome) => new(
        new JsonObject
        {
            ["type"] = "scheme", ["holderName"] = holder, ["encryptedCardNumber"] = "test_" + card, ["encryptedExpiryMonth"] = "test_03",
            ["encryptedExpiryYear"] = "test_2030", ["encryptedSecurityCode"] = "test_737",
        }.ToText(),
        outcome, "paymentMethod");

    private static Func<ApiRequest, ApiAnswer> Checked(Func<ApiRequest, ApiAnswer> handle) => request =>
    {
        try
        {
            return handle(request);
        }
        catch (AdyenRefusal refusal)
        {
            return refusal.Answer;
        }
    };
}
