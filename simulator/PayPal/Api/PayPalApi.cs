using System.Security.Cryptography;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>PayPal's Orders v2, Payments v2 and Vault v3, and the reading of disputes and transactions.</summary>
internal sealed class PayPalApi : GatewayApi
{
    private readonly PayPalAccess _access;
    private readonly PayPalOrders _orders;
    private readonly PayPalPayments _payments;
    private readonly PayPalVault _vault;
    private readonly PayPalReports _reports;
    private readonly PayPalPages _pages;

    public PayPalApi(ApiFloor floor) : base(floor)
    {
        var books = new PayPalBooks(floor);
        var resources = new PayPalResources(floor.Self);
        var tellings = new PayPalTellings(books, resources);
        var keeper = new PayPalKeeper(books, tellings);
        var cashier = new PayPalCashier(books, tellings, keeper);
        _access = new PayPalAccess(floor);
        _orders = new PayPalOrders(books, resources, cashier);
        _payments = new PayPalPayments(books, resources, cashier);
        _vault = new PayPalVault(books, resources, keeper);
        _reports = new PayPalReports(books, resources);
        _pages = new PayPalPages(books, tellings, cashier);
    }

    public override string Name => "paypal";

    public override IReadOnlyList<TestToken> TestTokens { get; } =
    [
        new("B-SUCCEEDS", "succeeds", "a billing agreement"),
        new("B-DECLINED", "declined", "INSTRUMENT_DECLINED"),
        new("B-REFUND-PENDING", "refund_pending"),
        new("B-REFUND-FAILS", "refund_fails"),
        new("B-DISPUTED", "disputed"),
        new("SETUP-VISA", "stores", "a setup token"),
        new("SETUP-CCREJECT-IF", "stores_declined", "a setup token of a card without money"),
    ];

    public override void Map(WebApplication app)
    {
        app.MapToken(Floor, "/v1/oauth2/token", _access.Grant);
        MapOrders(app);
        MapPayments(app);

        const string vault = "/v3/vault";
        Route(app, "POST", vault + "/setup-tokens", "setup", _vault.CreateSetup);
        Route(app, "GET", vault + "/setup-tokens/{id}", "read", _vault.GetSetup);
        Route(app, "POST", vault + "/payment-tokens", "attach", _vault.CreateToken);
        Route(app, "GET", vault + "/payment-tokens", "read", _vault.ListTokens);
        Route(app, "GET", vault + "/payment-tokens/{id}", "read", _vault.GetToken);
        Route(app, "DELETE", vault + "/payment-tokens/{id}", "detach", _vault.DeleteToken);
        Route(app, "GET", "/v1/customer/disputes", "read", _reports.Disputes);
        Route(app, "GET", "/v1/customer/disputes/{id}", "read", _reports.GetDispute);
        Route(app, "GET", "/v1/reporting/transactions", "read", _reports.Transactions);

        app.MapPage(Floor, PayPalPages.OrderPath, _pages.Order);
        app.MapPage(Floor, PayPalPages.VaultPath[..PayPalPages.VaultPath.IndexOf('?', StringComparison.Ordinal)], _pages.Setup);
    }

    protected override ApiAnswer? RefuseCredentials(ApiRequest request) => _access.IsGood(request) ? null : PayPalAnswers.Unauthorized;

    protected override string? KeyOf(ApiRequest request) => request.Method == "POST" ? request.Header("PayPal-Request-Id") : null;

    protected override ApiAnswer KeyInFlight(ApiRequest request) => PayPalAnswers.KeyInFlight;

    protected override ApiAnswer? OtherBody(ApiRequest request) => PayPalAnswers.OtherBody;

    protected override ApiAnswer RateLimited(ApiRequest request) => PayPalAnswers.RateLimited;

    protected override ApiAnswer ServerError(ApiRequest request) => PayPalAnswers.ServerError;

    protected override ApiAnswer Sign(ApiRequest request, ApiAnswer answer) =>
        answer.With("Paypal-Debug-Id", RandomNumberGenerator.GetHexString(13, lowercase: true));

    private void MapOrders(WebApplication app)
    {
        const string orders = "/v2/checkout/orders";
        Route(app, "POST", orders, "create", _orders.Create);
        Route(app, "GET", orders + "/{id}", "read", _orders.Get);
        Route(app, "PATCH", orders + "/{id}", "update", _orders.Patch);
        Route(app, "POST", orders + "/{id}/confirm-payment-source", "confirm", _orders.ConfirmSource);
        Route(app, "POST", orders + "/{id}/authorize", "authorize", _orders.Authorize);
        Route(app, "POST", orders + "/{id}/capture", "capture", _orders.Capture);
    }

    private void MapPayments(WebApplication app)
    {
        const string payments = "/v2/payments";
        Route(app, "GET", payments + "/authorizations/{id}", "read", _payments.GetAuthorization);
        Route(app, "POST", payments + "/authorizations/{id}/capture", "capture", _payments.CaptureAuthorization);
        Route(app, "POST", payments + "/authorizations/{id}/reauthorize", "reauthorize", _payments.Reauthorize);
        Route(app, "POST", payments + "/authorizations/{id}/void", "cancel", _payments.Void);
        Route(app, "GET", payments + "/captures/{id}", "read", _payments.GetCapture);
        Route(app, "POST", payments + "/captures/{id}/refund", "refund", _payments.Refund);
        Route(app, "GET", payments + "/refunds/{id}", "read", _payments.GetRefund);
    }

    private void Route(WebApplication app, string method, string pattern, string operation, Func<ApiRequest, ApiAnswer> handle) =>
        On(app, method, pattern, operation, request =>
        {
            try
            {
                return PayPalRequest.MockedAnswer(request) ?? handle(request);
            }
            catch (PayPalRefusal refusal)
            {
                return refusal.Answer;
            }
        });
}
