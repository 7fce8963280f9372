using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentPipeline.Load.Webhooks;

/// <summary>One of a payment's three events at Stripe: intent created, charge succeeded, intent succeeded.</summary>
internal sealed class StripeTemplate : IRequestTemplate
{
    private const int TimeLength = 10;
    private readonly byte[] _request;
    private readonly int _bodyAt;
    private readonly int _timeAt;
    private readonly int _signatureAt;
    private readonly int[] _numbersAt;
    private readonly Variety _variety;

    private StripeTemplate(string host, string body)
    {
        var head = $"POST /webhooks/stripe HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
            + $"Accept: */*\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {body.Length}\r\n"
            + $"Stripe-Signature: t={Gaps.Time},v1={Gaps.Signature(64)}\r\n\r\n";
        _request = Encoding.ASCII.GetBytes(head + body);
        _bodyAt = head.Length;
        _timeAt = Gaps.Find(_request, Gaps.Time)[0];
        _signatureAt = Gaps.Find(_request, Gaps.Signature(64))[0];
        _numbersAt = Gaps.Find(_request, Gaps.Number);
        _variety = new Variety(_request);
    }

    public int Length => _request.Length;
    public int Events => 1;

    /// <param name="bytes">About the body's length; never below what the event needs.</param>
    public static StripeTemplate Make(TemplateWords words, int step, int bytes)
    {
        var room = Math.Max(0, bytes - Body(words, step, "").Length);
        return new StripeTemplate(words.Host, Body(words, step, words.Filler.Members(room)));
    }

    /// <summary>Of a payment that is known already, a part is given back.</summary>
    public static StripeTemplate MakeRefund(TemplateWords words, int bytes)
    {
        var room = Math.Max(0, bytes - Refund(words, "").Length);
        return new StripeTemplate(words.Host, Refund(words, words.Filler.Members(room)));
    }

    public void Write(Span<byte> destination, long payment, RequestSigner signer)
    {
        var request = destination[.._request.Length];
        _request.CopyTo(request);
        foreach (var at in _numbersAt) LetterNumber.Write(request[at..], payment);
        _variety.Fill(request, payment);
        var time = request.Slice(_timeAt, TimeLength);
        TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().TryFormat(time, out _, default, CultureInfo.InvariantCulture);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        signer.Stripe.AppendData(time);
        signer.Stripe.AppendData("."u8);
        signer.Stripe.AppendData(request[_bodyAt..]);
        signer.Stripe.GetHashAndReset(hash);
        Convert.TryToHexStringLower(hash, request[_signatureAt..], out _);
    }

    private static string Body(TemplateWords words, int step, string filler)
    {
        var id = words.Run + Gaps.Number;
        var (type, target) = step switch
        {
            0 => ("payment_intent.created", Intent(words, "requires_payment_method", 0, filler)),
            1 => ("charge.succeeded", Charge(words, filler)),
            _ => ("payment_intent.succeeded", Intent(words, "succeeded", words.Amount, filler)),
        };
        return $$"""{"id":"evt_{{id}}{{step}}","object":"event","api_version":"2026-10-28.endive","created":{{words.Created}},"data":{"object":{{target}}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_{{id}}","idempotency_key":null},"type":"{{type}}"}""";
    }

    private static string Refund(TemplateWords words, string filler)
    {
        var id = words.Run + Gaps.Number;
        var charge = Charge(words, filler).Replace(
            "\"amount_refunded\":0", $"\"amount_refunded\":{words.Amount / 4}", StringComparison.Ordinal);
        return $$"""{"id":"evt_{{id}}R","object":"event","api_version":"2026-10-28.endive","created":{{words.Created}},"data":{"object":{{charge}}},"livemode":false,"pending_webhooks":1,"request":{"id":"req_{{id}}","idempotency_key":null},"type":"charge.refunded"}""";
    }

    private static string Intent(TemplateWords words, string status, long received, string filler)
    {
        var id = words.Run + Gaps.Number;
        var charge = received > 0 ? $"\"ch_{id}\"" : "null";
        return $$"""{"id":"pi_{{id}}","object":"payment_intent","amount":{{words.Amount}},"amount_received":{{received}},"capture_method":"automatic","created":{{words.Created}},"currency":"eur","latest_charge":{{charge}},"livemode":false,"metadata":{"order_id":"{{words.OrderId}}"{{filler}}},"status":"{{status}}"}""";
    }

    private static string Charge(TemplateWords words, string filler)
    {
        var id = words.Run + Gaps.Number;
        return $$"""{"id":"ch_{{id}}","object":"charge","amount":{{words.Amount}},"amount_captured":{{words.Amount}},"amount_refunded":0,"captured":true,"created":{{words.Created}},"currency":"eur","disputed":false,"livemode":false,"metadata":{"order_id":"{{words.OrderId}}"{{filler}}},"paid":true,"payment_intent":"pi_{{id}}","refunded":false,"status":"succeeded"}""";
    }
}
