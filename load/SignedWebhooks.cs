using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Load;

/// <summary>
/// Whole HTTP/1.1 requests, signed as Stripe signs: per payment three events (created, charge succeeded, intent
/// succeeded), each about 2.5 KB, all event ids different. Built before the measurement, so that sending costs only the send.
/// </summary>
internal static class SignedWebhooks
{
    public const int EventsPerPayment = 3;

    public static List<ReadOnlyMemory<byte>> Build(int count, string secret, string host, string run)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var requests = new List<ReadOnlyMemory<byte>>(count);
        for (var i = 0; i < count; i++)
        {
            var body = Encoding.UTF8.GetBytes(Body(run, i / EventsPerPayment, i % EventsPerPayment, now));
            requests.Add(Request(body, key, now, host));
        }
        return requests;
    }

    private static byte[] Request(byte[] body, byte[] key, long now, string host)
    {
        var timestamp = now.ToString(CultureInfo.InvariantCulture);
        var signed = new byte[timestamp.Length + 1 + body.Length];
        Encoding.ASCII.GetBytes(timestamp + ".", signed);
        body.CopyTo(signed, timestamp.Length + 1);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, signed));
        var head = Encoding.ASCII.GetBytes(
            $"POST /webhooks/stripe HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json; charset=utf-8\r\n" +
            $"Content-Length: {body.Length}\r\nStripe-Signature: t={timestamp},v1={signature}\r\n\r\n");
        return [.. head, .. body];
    }

    private static string Body(string run, int payment, int step, long now)
    {
        var intent = $"pi_{run}{payment:D8}";
        var charge = $"ch_{run}{payment:D8}";
        var (type, target) = step switch
        {
            0 => ("payment_intent.created", Intent(intent, charge, "requires_payment_method", 0, payment, now)),
            1 => ("charge.succeeded", Charge(intent, charge, payment, now)),
            _ => ("payment_intent.succeeded", Intent(intent, charge, "succeeded", 1999, payment, now)),
        };
        return $$"""{"id":"evt_{{run}}{{payment:D8}}{{step}}","object":"event","api_version":"2026-10-28.endive","created":{{now}},"data":{"object":{{target}}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_{{run}}{{payment:D8}}","idempotency_key":"ik-{{run}}-{{payment}}-{{step}}"},"type":"{{type}}"}""";
    }

    private static string Intent(string intent, string charge, string status, int received, int payment, long now) =>
        $$$"""{"id":"{{{intent}}}","object":"payment_intent","amount":1999,"amount_capturable":0,"amount_details":{"tip":{}},"amount_received":{{{received}}},"application":null,"automatic_payment_methods":{"enabled":true},"canceled_at":null,"cancellation_reason":null,"capture_method":"automatic","confirmation_method":"automatic","created":{{{now}}},"currency":"eur","customer":"cus_4mk9OmbPGy8bBg","description":null,"last_payment_error":null,"latest_charge":{{{(received > 0 ? $"\"{charge}\"" : "null")}}},"livemode":false,"metadata":{"order_id":"load-{{{payment}}}"},"next_action":null,"payment_method":null,"payment_method_types":["card"],"processing":null,"receipt_email":null,"status":"{{{status}}}","statement_descriptor":"{{{Filler(1500)}}}"}""";

    private static string Charge(string intent, string charge, int payment, long now) =>
        $$$"""{"id":"{{{charge}}}","object":"charge","amount":1999,"amount_captured":1999,"amount_refunded":0,"balance_transaction":"txn_1","captured":true,"created":{{{now}}},"currency":"eur","disputed":false,"failure_code":null,"failure_message":null,"livemode":false,"metadata":{"order_id":"load-{{{payment}}}"},"outcome":{"network_status":"approved_by_network","reason":null,"risk_level":"normal","risk_score":21,"type":"authorized"},"paid":true,"payment_intent":"{{{intent}}}","payment_method":"pm_1","payment_method_details":{"card":{"brand":"visa","checks":{"address_line1_check":"pass","address_postal_code_check":"pass","cvc_check":"pass"},"country":"US","exp_month":8,"exp_year":2030,"funding":"credit","last4":"4242","network":"visa"},"type":"card"},"refunded":false,"status":"succeeded","statement_descriptor":"{{{Filler(1300)}}}"}""";

    private static string Filler(int length) => new('x', length);
}
