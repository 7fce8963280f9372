using System.Security.Cryptography;
using PaymentPipeline.Simulator.Adyen;
using PaymentPipeline.Simulator.PayPal;
using PaymentPipeline.Simulator.Stripe;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>Signs as each gateway does, and as a forger does who has read the documentation but has no secret.</summary>
internal sealed class Signing(SimulatorSecrets secrets, PayPalCertificates certificates, Uri certificateHost, TimeProvider time)
    : IDisposable
{
    private readonly SimulatorSecrets _forged = SimulatorSecrets.Create();
    private readonly RSA _forgedKey = RSA.Create(2048);
    private readonly string _certificateUrl = new Uri(certificateHost, PayPalCertificates.Path + certificates.Name).ToString();

    /// <summary>What Adyen's items are signed with when they are written.</summary>
    public AdyenSecrets Adyen { get; } = secrets.Adyen;

    /// <summary>A forger knows the merchant account, not the key.</summary>
    public AdyenSecrets ForgedAdyen => _forged.Adyen;

    /// <summary>Makes the headers that all deliveries of the webhook share. PayPal's signature costs most; it is made here, once.</summary>
    public void Prepare(Webhook webhook, Random random)
    {
        if (webhook.Gateway == "paypal") webhook.Headers = PayPalHeaders(webhook, random);
        else if (webhook is { Gateway: "adyen", Tellings: [{ IsItem: false }] })
        {
            var signer = webhook.Forgery == Forgery.WrongSecret ? ForgedAdyen : Adyen;
            webhook.Headers = webhook.Forgery == Forgery.NoSignature
                ? [new("Protocol", "HmacSHA256")]
                : [new("HmacSignature", signer.SignHeader(webhook.Body)), new("Protocol", "HmacSHA256")];
        }
    }

    /// <summary>The header made anew for each delivery: Stripe's. Null when the gateway has none.</summary>
    public string? ForDelivery(Webhook webhook)
    {
        if (webhook.Gateway != "stripe" || webhook.Forgery is Forgery.ChangedBody or Forgery.NoSignature) return null;
        var now = webhook.Forgery == Forgery.ExpiredTime ? time.GetUtcNow().AddMinutes(-15) : time.GetUtcNow();
        return StripeSignature.Of(webhook.Forgery == Forgery.WrongSecret ? _forged.StripeSecret : secrets.StripeSecret, webhook.Body, now);
    }

    /// <summary>The genuine headers over the bytes before they were changed.</summary>
    public void PrepareChanged(Webhook changed, Webhook genuine) =>
        changed.Headers = genuine.Gateway == "stripe"
            ? [new("Stripe-Signature", StripeSignature.Of(secrets.StripeSecret, genuine.Body, time.GetUtcNow()))]
            : genuine.Headers;

    public void Dispose() => _forgedKey.Dispose();

    private List<KeyValuePair<string, string>> PayPalHeaders(Webhook webhook, Random random)
    {
        var transmission = new byte[16];
        random.NextBytes(transmission);
        var id = new Guid(transmission).ToString();
        var key = webhook.Forgery == Forgery.WrongSecret ? _forgedKey : certificates.Key;
        var signature = PayPalSignature.Make(key, secrets.PayPalWebhookId, id, time.GetUtcNow(), webhook.Body);
        List<KeyValuePair<string, string>> headers =
        [
            new("PAYPAL-TRANSMISSION-ID", signature.TransmissionId),
            new("PAYPAL-TRANSMISSION-TIME", signature.TransmissionTime),
            new("PAYPAL-CERT-URL", _certificateUrl),
            new("PAYPAL-AUTH-ALGO", "SHA256withRSA"),
            new("PAYPAL-AUTH-VERSION", "v2"),
        ];
        if (webhook.Forgery != Forgery.NoSignature) headers.Add(new("PAYPAL-TRANSMISSION-SIG", signature.Signature));
        return headers;
    }
}
