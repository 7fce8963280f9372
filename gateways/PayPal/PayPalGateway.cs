using System.Collections.Frozen;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// PayPal's webhooks. A request is judged in this order:
/// <list type="number">
/// <item>Every header is there once and the algorithm is the one we take.</item>
/// <item>The certificate's address is allowed; only then is anything fetched.</item>
/// <item>The certificate is PayPal's and its chain ends in a root that we trust.</item>
/// <item>It signed this delivery, of this webhook, of a body with this CRC.</item>
/// </list>
/// </summary>
internal sealed class PayPalGateway(FrozenDictionary<string, PayPalAccount> accounts) : IWebhookGateway
{
    public string Name => "paypal";
    public IReadOnlyCollection<string> Accounts => accounts.Keys;

    public static PayPalGateway Create(GatewaySetup setup)
    {
        var accounts = new Dictionary<string, PayPalAccount>(StringComparer.Ordinal);
        foreach (var (name, section) in setup.ReadAccounts())
            accounts[name] = PayPalAccount.Read(setup, section);
        return new PayPalGateway(accounts.ToFrozenDictionary(StringComparer.Ordinal));
    }

    public ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        // 1.
        if (!accounts.TryGetValue(request.Account, out var account))
            return new(WebhookVerdict.NotAuthentic("unknown_account"));
        if (request.Body.IsEmpty)
            return new(WebhookVerdict.Malformed("empty"));
        if (PayPalSignature.Read(request.Headers) is not { } signature)
            return new(WebhookVerdict.NotAuthentic("headers"));

        // 2.
        if (!account.Origins.Allows(signature.CertificateAddress))
            return new(WebhookVerdict.NotAuthentic("certificate_address"));
        var signer = account.Signers.FindAsync(signature.CertificateAddress, cancellationToken);
        return signer.IsCompletedSuccessfully
            ? new(Judge(request, account, signature, signer.Result))
            : JudgeAsync(request, account, signature, signer);
    }

    public WebhookReading Read(StoredWebhook webhook) => PayPalEvents.Read(webhook);

    private static async ValueTask<WebhookVerdict> JudgeAsync(
        WebhookRequest request, PayPalAccount account, PayPalSignature signature, ValueTask<PayPalSignerResult> signer) =>
        Judge(request, account, signature, await signer);

    private static WebhookVerdict Judge(
        in WebhookRequest request, PayPalAccount account, PayPalSignature signature, PayPalSignerResult found)
    {
        // 3.
        if (found.Signer is not { } signer)
            return found.IsUnavailable ? WebhookVerdict.Unavailable("certificate") : WebhookVerdict.NotAuthentic("certificate");

        // 4.
        if (!signature.Matches(signer.Key, account.WebhookId, request.Body.Span))
            return WebhookVerdict.NotAuthentic("signature_mismatch");
        var (eventId, payment) = PayPalEvents.Peek(request.Body);
        var partition = payment ?? eventId ?? ContentHash.PartitionKeyOf(request.Body.Span);
        return WebhookVerdict.Authentic("secret-0", eventId ?? "", partition, signature.TransmissionId);
    }
}
