using System.Text;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways.PayPal;
using Xunit;

namespace PaymentPipeline.Gateways.Tests.PayPal;

/// <summary>The calls of one payment, its ids at PayPal, and PayPal's resources of it.</summary>
internal static class PayPalCalls
{
    public const string PaymentId = "pay_0199a3f2c0de7abc8def0123456789ab";
    public const string CaptureOperation = "cap_0199a3f2c0de7abc8def0123456789ac";
    public const string RefundOperation = "re_0199a3f2c0de7abc8def0123456789ad";
    public const string Order = "5O190127TN364701T";
    public const string Authorization = "0VF52814937998046";
    public const string CaptureId = "42311647XV020501X";
    public const string Refund = "1Y107995YT783435V";

    public const string OrdersRoute = "POST /v2/checkout/orders";
    public const string OrderRoute = "GET /v2/checkout/orders/" + Order;
    public const string CompleteRoute = "POST /v2/checkout/orders/" + Order + "/capture";
    public const string AuthorizeRoute = "POST /v2/checkout/orders/" + Order + "/authorize";
    public const string CaptureRoute = "POST /v2/payments/authorizations/" + Authorization + "/capture";
    public const string VoidRoute = "POST /v2/payments/authorizations/" + Authorization + "/void";
    public const string AuthorizationRoute = "GET /v2/payments/authorizations/" + Authorization;
    public const string RefundRoute = "POST /v2/payments/captures/" + CaptureId + "/refund";

    public static Money Euro(long minor) => Of(minor, "EUR");

    public static Money Of(long minor, string code) =>
        Currencies.TryGet(code, out var currency) ? new Money(minor, currency) : throw new ArgumentException(code);

    public static CreatePaymentCall Create(CaptureMethod method = CaptureMethod.Automatic) => new()
    {
        Account = "default",
        Key = PaymentId,
        PaymentId = PaymentId,
        Amount = Euro(2599),
        CaptureMethod = method,
        OrderId = "ord-1",
        ReturnUrl = "https://shop.example/back",
        Confirm = true,
    };

    public static ConfirmPaymentCall Confirm(CaptureMethod method = CaptureMethod.Automatic) => new()
    {
        Account = "default",
        Key = "op_0199a3f2c0de7abc8def0123456789ae",
        PaymentId = PaymentId,
        GatewayPaymentId = Order,
        Amount = Euro(2599),
        CaptureMethod = method,
    };

    public static CapturePaymentCall Capture(long minor = 2599, bool isFinal = true) => new()
    {
        Account = "default",
        Key = CaptureOperation,
        OperationId = CaptureOperation,
        PaymentId = PaymentId,
        GatewayPaymentId = Order,
        Amount = Euro(minor),
        IsFinal = isFinal,
    };

    public static CancelPaymentCall Cancel() => new()
    {
        Account = "default",
        Key = "op_0199a3f2c0de7abc8def0123456789af",
        PaymentId = PaymentId,
        GatewayPaymentId = Order,
    };

    public static RefundPaymentCall GiveBack(long minor = 1000) => new()
    {
        Account = "default",
        Key = RefundOperation,
        OperationId = RefundOperation,
        PaymentId = PaymentId,
        GatewayPaymentId = Order,
        Amount = Euro(minor),
        Reason = "requested_by_customer",
    };

    public static LookUpCall LookUp(GatewayCallKind kind, string? operation = null, long minor = 2599) => new()
    {
        Account = "default",
        Key = operation ?? PaymentId,
        OperationId = operation,
        Kind = kind,
        PaymentId = PaymentId,
        GatewayPaymentId = Order,
        Amount = Euro(minor),
        SentAt = new(2020, 11, 1, 12, 0, 0, TimeSpan.Zero),
    };

    public static string OrderJson(
        string status, string payments = "", string intent = "CAPTURE", string value = "25.99", string source = """{"paypal":{}}""",
        string custom = PaymentId) => $$"""
        {"id":"{{Order}}","intent":"{{intent}}","status":"{{status}}","payment_source":{{source}},
         "purchase_units":[{"reference_id":"default","amount":{"currency_code":"EUR","value":"{{value}}"},
          "custom_id":"{{custom}}","invoice_id":"{{custom}}"{{(payments == "" ? "" : $",\"payments\":{{{payments}}}")}}}],
         "create_time":"2026-11-21T10:00:00Z",
         "links":[{"href":"https://api-m.paypal.com/v2/checkout/orders/{{Order}}","rel":"self","method":"GET"},
          {"href":"https://www.paypal.com/checkoutnow?token={{Order}}","rel":"payer-action","method":"GET"}]}
        """;

    public static string CaptureJson(
        string status = "COMPLETED", string value = "25.99", string invoice = PaymentId, string more = "") => $$"""
        {"id":"{{CaptureId}}","status":"{{status}}","amount":{"currency_code":"EUR","value":"{{value}}"},"final_capture":true,
         "seller_receivable_breakdown":{"gross_amount":{"currency_code":"EUR","value":"{{value}}"},
          "paypal_fee":{"currency_code":"EUR","value":"1.10"} },
         "custom_id":"{{PaymentId}}","invoice_id":"{{invoice}}"{{more}},
         "create_time":"2026-11-21T10:01:00Z","update_time":"2026-11-21T10:01:00Z",
         "links":[{"href":"https://api-m.paypal.com/v2/payments/captures/{{CaptureId}}","rel":"self","method":"GET"}]}
        """;

    public static string AuthorizationJson(string status = "CREATED", string value = "25.99") => $$"""
        {"id":"{{Authorization}}","status":"{{status}}","amount":{"currency_code":"EUR","value":"{{value}}"},
         "custom_id":"{{PaymentId}}","invoice_id":"{{PaymentId}}",
         "supplementary_data":{"related_ids":{"order_id":"{{Order}}"} },
         "create_time":"2026-11-21T10:01:00Z","update_time":"2026-11-21T10:01:00Z"}
        """;

    public static string RefundJson(string status = "COMPLETED", string value = "10.00", string invoice = RefundOperation) => $$"""
        {"id":"{{Refund}}","status":"{{status}}","amount":{"currency_code":"EUR","value":"{{value}}"},
         "custom_id":"{{PaymentId}}","invoice_id":"{{invoice}}",
         "create_time":"2026-11-21T11:00:00Z","update_time":"2026-11-21T11:00:00Z",
         "links":[{"href":"https://api-m.paypal.com/v2/payments/captures/{{CaptureId}}","rel":"up","method":"GET"}]}
        """;

    public static string Captured(string capture) => OrderJson("COMPLETED", $"\"captures\":[{capture}]");

    public static string Authorized(string status = "CREATED", string more = "") =>
        OrderJson("COMPLETED", $"\"authorizations\":[{AuthorizationJson(status)}]{more}", "AUTHORIZE");

    /// <summary>What a webhook tells of the resource.</summary>
    public static IReadOnlyList<Fact> Told(string type, string resource)
    {
        var body = $$$"""{"id":"WH-1","event_type":"{{{type}}}","create_time":"2026-11-21T12:00:00Z","resource":{{{resource}}} }""";
        return Assert.Single(PayPalEvents.Read(new StoredWebhook("default", Encoding.UTF8.GetBytes(body), "")).Events).Facts;
    }

    public static string Error(string issue, string name = "UNPROCESSABLE_ENTITY", string more = "") => $$"""
        {"name":"{{name}}","message":"The requested action could not be performed.","debug_id":"7c1a",
         "details":[{"issue":"{{issue}}","description":"Quotes what was sent."}]{{more}}}
        """;
}
