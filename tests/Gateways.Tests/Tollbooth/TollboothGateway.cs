using System.Text;

namespace PaymentPipeline.Gateways.Tests.Tollbooth;

/// <summary>A made-up fourth gateway: this folder and one line of registration are all that it takes.</summary>
internal sealed class TollboothGateway : IWebhookGateway
{
    private readonly Dictionary<string, TollboothSeal> _accounts = new(StringComparer.Ordinal);

    public string Name => "tollbooth";

    public IReadOnlyCollection<string> Accounts => _accounts.Keys;

    public static IWebhookGateway Create(GatewaySetup setup)
    {
        var gateway = new TollboothGateway();
        foreach (var (name, section) in setup.ReadAccounts())
        {
            var secrets = LiveSecrets.Read(setup, section.GetSection("Seals"), Encoding.UTF8.GetBytes);
            gateway._accounts[name] = new TollboothSeal(secrets, setup.Time);
        }

        return gateway;
    }

    public ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        if (!_accounts.TryGetValue(request.Account, out var seal)) return new(WebhookVerdict.NotAuthentic("unknown_account"));
        if (request.Body.IsEmpty) return new(WebhookVerdict.Malformed("body_empty"));
        if (request.Headers.Get(TollboothSeal.HeaderName, out var sealText) != 1) return new(WebhookVerdict.NotAuthentic("seal_missing"));
        if (seal.Match(sealText, request.Body.Span) is not { } secretId) return new(WebhookVerdict.NotAuthentic("signature_mismatch"));
        var (number, toll) = TollboothEvents.FindKeys(request.Body);
        return new(WebhookVerdict.Authentic(secretId, number, toll));
    }

    public WebhookReading Read(StoredWebhook webhook) => TollboothEvents.Read(webhook);
}
