using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PaymentPipeline.Gateways;

namespace PaymentPipeline.Load.Benchmarks;

/// <summary>A request as ingress gets it, genuine or with one byte of its body changed afterwards.</summary>
internal sealed record GatewayRequest(byte[] Body, Headers Headers)
{
    public WebhookRequest Genuine => new("default", Body, Headers);

    public StoredWebhook Stored => new("default", Body, "delivery");

    /// <summary>The same signature over a body that says another amount.</summary>
    public GatewayRequest Forged() => this with
    {
        Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Body).Replace("1999", "1998", StringComparison.Ordinal)
            .Replace("19.99", "19.98", StringComparison.Ordinal)),
    };
}

internal sealed class Headers(params (string Name, string Value)[] lines) : IWebhookHeaders
{
    public int Get(string name, out string value)
    {
        value = "";
        var count = 0;
        foreach (var line in lines)
            if (line.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && count++ == 0) value = line.Value;
        return count;
    }
}

/// <summary>One realistic request of each gateway and way of signing; Stripe's and PayPal's have about 2.5 KB, Adyen's 1 KB.</summary>
internal static class GatewayRequests
{
    public const string StripeSecret = "whsec_5ddd7c8b2f5e4a3a9c1d0e6f7a8b9c0d";
    public const string AdyenKey = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
    public const string Merchant = "ExampleShopECOM";

    /// <summary>The clock of the gateways under test stands here.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 2, 10, 0, 10, TimeSpan.Zero);

    public static GatewayRequest Stripe()
    {
        var at = Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetBytes(StripeBody(at));
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{at}."), .. body];
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(StripeSecret), signed);
        return new(body, new Headers(("Stripe-Signature", $"t={at},v1={Convert.ToHexStringLower(mac)}")));
    }

    public static GatewayRequest Adyen()
    {
        var signed = $"8835513921644842::{Merchant}:order-77:1999:EUR:AUTHORISATION:true";
        return new(Encoding.UTF8.GetBytes(AdyenBody(Sign(Encoding.UTF8.GetBytes(signed)))), new Headers());
    }

    public static GatewayRequest AdyenToken()
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"createdAt":"2026-11-02T10:00:00+01:00","environment":"test","eventId":"QBQQ9DLNRHHKGK38","type":"recurring.token.created","data":{"merchantAccount":"{{{Merchant}}}","storedPaymentMethodId":"M5N7TQ4TG5PFWR50","type":"visastandarddebit","operation":"created","shopperReference":"user-77"}}""");
        return new(body, new Headers(("HmacSignature", Sign(body)), ("Protocol", "HmacSHA256")));
    }

    public static GatewayRequest PayPal(PayPalSigner signer)
    {
        var body = Encoding.UTF8.GetBytes(PayPalBody());
        return new(body, signer.Sign(body, Now));
    }

    private static string Sign(byte[] signed) => Convert.ToBase64String(HMACSHA256.HashData(Convert.FromHexString(AdyenKey), signed));

    private static string StripeBody(string at) =>
        $$$"""{"id":"evt_3PqX2eLkdIwHu7ix0J8aT4Qm","object":"event","api_version":"2026-10-28.endive","created":{{{at}}},"data":{"object":{"id":"ch_3PqX2eLkdIwHu7ix0Zt0y0Qx","object":"charge","amount":1999,"amount_captured":1999,"amount_refunded":0,"balance_transaction":"txn_3PqX2eLkdIwHu7ix0TtYoS8e","billing_details":{"address":{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,"state":null},"email":null,"name":null,"phone":null},"calculated_statement_descriptor":"EXAMPLE SHOP","captured":true,"created":{{{at}}},"currency":"eur","customer":"cus_4mk9OmbPGy8bBg","description":null,"disputed":false,"failure_code":null,"failure_message":null,"fraud_details":{},"livemode":false,"metadata":{"order_id":"order-77","user_id":"user-77"},"outcome":{"network_status":"approved_by_network","reason":null,"risk_level":"normal","risk_score":21,"seller_message":"Payment complete.","type":"authorized"},"paid":true,"payment_intent":"pi_3PqX2eLkdIwHu7ix0u5JpSpd","payment_method":"pm_1PqX2dLkdIwHu7ixWtK2qzqP","payment_method_details":{"card":{"amount_authorized":1999,"brand":"visa","checks":{"address_line1_check":"pass","address_postal_code_check":"pass","cvc_check":"pass"},"country":"US","exp_month":8,"exp_year":2030,"extended_authorization":{"status":"disabled"},"fingerprint":"mToisGZ01V71BCos","funding":"credit","incremental_authorization":{"status":"unavailable"},"installments":null,"last4":"4242","mandate":null,"multicapture":{"status":"unavailable"},"network":"visa","network_token":{"used":false},"overcapture":{"maximum_amount_capturable":1999,"status":"unavailable"},"three_d_secure":null,"wallet":null},"type":"card"},"receipt_email":null,"receipt_number":null,"refunded":false,"review":null,"shipping":null,"source":null,"statement_descriptor":"{{{new string('x', 700)}}}","status":"succeeded","transfer_data":null,"transfer_group":null}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_P2gQ6zYF6JkzQm","idempotency_key":"0f6b6d0e-4f0c-4a39-b8b4-0f2f1ad3a9b1"},"type":"charge.succeeded"}""";

    private static string AdyenBody(string signature) =>
        $$$"""{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"{{{signature}}}","expiryDate":"03/2030","authCode":"087969","cardSummary":"1111","cardHolderName":"J. De Tester","shopperReference":"user-77","avsResult":"4 AVS not supported for this card type","cvcResult":"1 Matches","fraudResultType":"GREEN","issuerCountry":"NL","paymentMethodVariant":"visastandarddebit","threeds2.cardEnrolled":"true","scaExemptionRequested":"lowValue","networkTxReference":"{{{new string('9', 300)}}}"},"amount":{"currency":"EUR","value":1999},"eventCode":"AUTHORISATION","eventDate":"2026-11-02T10:00:00+01:00","merchantAccountCode":"{{{Merchant}}}","merchantReference":"order-77","operations":["CANCEL","CAPTURE","REFUND"],"paymentMethod":"visa","pspReference":"8835513921644842","reason":"087969:1111:03/2030","success":"true"}}]}""";

    private static string PayPalBody() =>
        $$$"""{"id":"WH-58D329510W468432D-8HN650336L201105X","event_version":"1.0","create_time":"2026-11-02T10:00:00.000Z","resource_type":"capture","resource_version":"2.0","event_type":"PAYMENT.CAPTURE.COMPLETED","summary":"Payment completed for EUR 19.99","resource":{"amount":{"currency_code":"EUR","value":"19.99"},"seller_protection":{"status":"ELIGIBLE","dispute_categories":["ITEM_NOT_RECEIVED","UNAUTHORIZED_TRANSACTION"]},"supplementary_data":{"related_ids":{"order_id":"1AB23456CD789012E"}},"update_time":"2026-11-02T10:00:00Z","create_time":"2026-11-02T10:00:00Z","final_capture":true,"custom_id":"order-77","seller_receivable_breakdown":{"gross_amount":{"currency_code":"EUR","value":"19.99"},"paypal_fee":{"currency_code":"EUR","value":"0.88"},"net_amount":{"currency_code":"EUR","value":"19.11"}},"links":[{"href":"https://api.paypal.com/v2/payments/captures/42311647XV020574X","rel":"self","method":"GET"},{"href":"https://api.paypal.com/v2/payments/captures/42311647XV020574X/refund","rel":"refund","method":"POST"},{"href":"https://api.paypal.com/v2/checkout/orders/1AB23456CD789012E","rel":"up","method":"GET"}],"id":"42311647XV020574X","status":"COMPLETED","note":"{{{new string('x', 1200)}}}"},"links":[{"href":"https://api.paypal.com/v1/notifications/webhooks-events/WH-58D329510W468432D-8HN650336L201105X","rel":"self","method":"GET"}]}""";
}
