using System.Globalization;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal;

/// <summary>The envelope and the resources of PayPal's webhooks (orders v2, payments v2, disputes v1, vault v3).</summary>
internal static class PayPalBodies
{
    private const string Api = "https://api.sandbox.paypal.com";

    private const string Protection =
        "\"seller_protection\":{\"status\":\"ELIGIBLE\",\"dispute_categories\":[\"ITEM_NOT_RECEIVED\",\"UNAUTHORIZED_TRANSACTION\"]}";

    private const string Payer =
        "\"name\":{\"given_name\":\"Sam\",\"surname\":\"Sample\"},\"email_address\":\"buyer@example.com\"";

    public static string Event(string id, string type, string resourceType, string version, DateTimeOffset time, string summary,
        string resource) =>
        $$$"""
        {"id":"{{{id}}}","event_version":"1.0","create_time":"{{{Precise(time)}}}","resource_type":"{{{resourceType}}}",
        "resource_version":"{{{version}}}","event_type":"{{{type}}}","summary":"{{{summary}}}",
        "resource":{{{resource}}},
        "links":[{{{Link("self", $"/v1/notifications/webhooks-events/{id}", "GET")}}},
        {{{Link("resend", $"/v1/notifications/webhooks-events/{id}/resend", "POST")}}}]}
        """;

    /// <param name="payments">The member <c>payments</c> with a comma before it, for a completed order.</param>
    public static string Order(PayPalPayment payment, string status, string payments = "")
    {
        var act = payment.IsAuthorised ? "authorize" : "capture";
        return $$$"""
            {"id":"{{{payment.OrderId}}}","intent":"{{{payment.Intent}}}","status":"{{{status}}}",
            "payment_source":{"paypal":{"account_id":"{{{payment.PayerId}}}","account_status":"VERIFIED",{{{Payer}}} } },
            "purchase_units":[{"reference_id":"default","amount":{{{Money(payment, payment.Truth.Amount)}}},
            "payee":{"email_address":"merchant@example.com","merchant_id":"{{{payment.MerchantId}}}"},{{{Ours(payment)}}}{{{payments}}} }],
            "payer":{{{{Payer}}},"payer_id":"{{{payment.PayerId}}}"},
            "create_time":"{{{payment.Created}}}","update_time":"{{{payment.Now}}}",
            "links":[{{{Link("self", $"/v2/checkout/orders/{payment.OrderId}", "GET")}}},
            {{{Link("update", $"/v2/checkout/orders/{payment.OrderId}", "PATCH")}}},
            {{{Link(act, $"/v2/checkout/orders/{payment.OrderId}/{act}", "POST")}}}]}
            """;
    }

    /// <summary>The payer's approval taken back: PayPal names the order here without an <c>id</c>.</summary>
    public static string ApprovalReversed(PayPalPayment payment) =>
        $$$"""
        {"order_id":"{{{payment.OrderId}}}",
        "purchase_units":[{"reference_id":"default","amount":{{{Money(payment, payment.Truth.Amount)}}},{{{Ours(payment)}}} }],
        "payment_source":{"paypal":{"account_id":"{{{payment.PayerId}}}"} },
        "create_time":"{{{payment.Created}}}","update_time":"{{{payment.Now}}}"}
        """;

    public static string Authorization(PayPalPayment payment, string status)
    {
        var path = $"/v2/payments/authorizations/{payment.AuthorizationId}";
        return $$$"""
            {"id":"{{{payment.AuthorizationId}}}","status":"{{{status}}}","amount":{{{Money(payment, payment.Truth.Amount)}}},
            {{{Ours(payment)}}},{{{Protection}}},
            "expiration_time":"{{{payment.AuthorizationExpires}}}","create_time":"{{{payment.Created}}}","update_time":"{{{payment.Now}}}",
            "supplementary_data":{"related_ids":{"order_id":"{{{payment.OrderId}}}"} },
            "links":[{{{Link("self", path, "GET")}}},{{{Link("capture", path + "/capture", "POST")}}},
            {{{Link("void", path + "/void", "POST")}}},{{{Link("reauthorize", path + "/reauthorize", "POST")}}}]}
            """;
    }

    public static string Capture(PayPalPayment payment, PayPalCapture capture, string status)
    {
        var breakdown = status == "COMPLETED" ? Breakdown(payment, capture) : "";
        var details = status == "PENDING" ? "\"status_details\":{\"reason\":\"ECHECK\"}," : "";
        var authorization = payment.IsAuthorised ? $",\"authorization_id\":\"{payment.AuthorizationId}\"" : "";
        var up = payment.IsAuthorised ? $"/v2/payments/authorizations/{payment.AuthorizationId}" : $"/v2/checkout/orders/{payment.OrderId}";
        return $$$"""
            {"id":"{{{capture.Id}}}","amount":{{{Money(payment, capture.Amount)}}},
            "final_capture":{{{(capture.IsFinal ? "true" : "false")}}},
            {{{Protection}}},"disbursement_mode":"INSTANT",{{{breakdown}}}{{{Ours(payment)}}},"status":"{{{status}}}",{{{details}}}
            "supplementary_data":{"related_ids":{"order_id":"{{{payment.OrderId}}}"{{{authorization}}} } },
            "create_time":"{{{payment.Now}}}","update_time":"{{{payment.Now}}}",
            "links":[{{{Link("self", $"/v2/payments/captures/{capture.Id}", "GET")}}},
            {{{Link("refund", $"/v2/payments/captures/{capture.Id}/refund", "POST")}}},{{{Link("up", up, "GET")}}}]}
            """;
    }

    /// <summary>A refund names its capture only, by the link <c>up</c>.</summary>
    public static string Refund(PayPalPayment payment, string id, string captureId, long amount, long total, string status) =>
        $$$"""
        {"id":"{{{id}}}","amount":{{{Money(payment, amount)}}},
        "seller_payable_breakdown":{"gross_amount":{{{Money(payment, amount)}}},"paypal_fee":{{{Money(payment, 0)}}},
        "net_amount":{{{Money(payment, amount)}}},"total_refunded_amount":{{{Money(payment, total)}}} },
        {{{Ours(payment)}}},"status":"{{{status}}}",{{{(status == "COMPLETED" ? "" : "\"status_details\":{\"reason\":\"ECHECK\"},")}}}
        "create_time":"{{{payment.Now}}}","update_time":"{{{payment.Now}}}",
        "links":[{{{Link("self", $"/v2/payments/refunds/{id}", "GET")}}},{{{Link("up", $"/v2/payments/captures/{captureId}", "GET")}}}]}
        """;

    /// <param name="outcome">Null while it is open.</param>
    public static string Dispute(PayPalPayment payment, string id, PayPalCapture capture, string status, string stage, string? outcome)
    {
        var amount = Money(payment, capture.Amount);
        var refunded = outcome == "RESOLVED_BUYER_FAVOUR" ? amount : Money(payment, 0);
        var last = outcome is null
            ? $"\"seller_response_due_date\":\"{payment.AuthorizationExpires}\""
            : $"\"dispute_outcome\":{{\"outcome_code\":\"{outcome}\",\"amount_refunded\":{refunded}}}";
        return $$$"""
            {"dispute_id":"{{{id}}}","create_time":"{{{payment.Now}}}","update_time":"{{{payment.Now}}}",
            "disputed_transactions":[{"seller_transaction_id":"{{{capture.Id}}}",
            "seller":{"merchant_id":"{{{payment.MerchantId}}}","name":"Example Shop"},
            "items":[{"item_description":"Sample item","item_quantity":"1"}],"seller_protection_eligible":true,
            "invoice_number":"inv-{{{payment.Truth.OrderId}}}","custom":"{{{payment.Truth.OrderId}}}"}],
            "reason":"MERCHANDISE_OR_SERVICE_NOT_RECEIVED","status":"{{{status}}}","dispute_amount":{{{amount}}},
            "dispute_life_cycle_stage":"{{{stage}}}","dispute_channel":"INTERNAL","offer":{"buyer_requested_amount":{{{amount}}} },
            "links":[{{{Link("self", $"/v1/customer/disputes/{id}", "GET")}}}],{{{last}}} }
            """;
    }

    public static string Token(MethodTruth method, string customer)
    {
        var ours = method.UserId is null ? "" : $",\"merchant_customer_id\":\"{method.UserId}\"";
        return $$$"""
            {"id":"{{{method.Token}}}","customer":{"id":"{{{customer}}}"{{{ours}}} },
            "payment_source":{"card":{"last_digits":"{{{method.Last4}}}","brand":"{{{method.Brand}}}",
            "expiry":"{{{method.ExpiryYear}}}-{{{method.ExpiryMonth:00}}}",
            "billing_address":{"address_line_1":"1 Sample Street","admin_area_2":"Springfield","admin_area_1":"CA",
            "postal_code":"95131","country_code":"US"} } },
            "links":[{{{Link("self", $"/v3/vault/payment-tokens/{method.Token}", "GET")}}},
            {{{Link("delete", $"/v3/vault/payment-tokens/{method.Token}", "DELETE")}}}]}
            """;
    }

    public static string PayoutBatch(PayoutTruth payout, string status, DateTimeOffset time)
    {
        var (code, completed) = (payout.Currency.Code, status == "SUCCESS" ? $"\"time_completed\":\"{Time(time)}\"," : "");
        return $$$"""
            {"batch_header":{"payout_batch_id":"{{{payout.GatewayPayoutId}}}","batch_status":"{{{status}}}",
            "time_created":"{{{Time(time)}}}",{{{completed}}}
            "sender_batch_header":{"sender_batch_id":"payout-{{{payout.GatewayPayoutId}}}"},
            "amount":{"currency":"{{{code}}}","value":"{{{payout.Currency.Text(payout.Amount)}}}"},
            "fees":{"currency":"{{{code}}}","value":"{{{payout.Currency.Text(125)}}}"},"payments":3},"links":[]}
            """;
    }

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Precise(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Breakdown(PayPalPayment payment, PayPalCapture capture) =>
        $$$"""
        "seller_receivable_breakdown":{"gross_amount":{{{Money(payment, capture.Amount)}}},
        "paypal_fee":{{{Money(payment, capture.Fee)}}},"net_amount":{{{Money(payment, capture.Amount - capture.Fee)}}} },
        """;

    private static string Ours(PayPalPayment payment) =>
        $"\"invoice_id\":\"inv-{payment.Truth.OrderId}\",\"custom_id\":\"{payment.Truth.OrderId}\"";

    private static string Money(PayPalPayment payment, long amount) =>
        $$"""{"currency_code":"{{payment.Truth.Currency.Code}}","value":"{{payment.Truth.Currency.Text(amount)}}"}""";

    private static string Link(string rel, string path, string method) =>
        $$"""{"href":"{{Api}}{{path}}","rel":"{{rel}}","method":"{{method}}"}""";
}

internal sealed record PayPalCapture(string Id, long Amount, long Fee, bool IsFinal);
