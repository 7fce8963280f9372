using System.Collections.Frozen;
using System.Text.Json;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// Adyen's webhooks. A request is judged in this order, all or nothing:
/// <list type="number">
/// <item>Basic authentication, where it is configured.</item>
/// <item>With a header HmacSignature: the signature over the raw body. Else: the signature of every item.</item>
/// <item>The merchant account of each item is one of ours.</item>
/// </list>
/// </summary>
internal sealed class AdyenGateway(FrozenDictionary<string, AdyenAccount> accounts, TimeProvider time) : IWebhookGateway
{
    /// <summary>More items than Adyen sends in one request.</summary>
    public const int ItemsMax = 10_000;

    // Some set-ups of Adyen look for this text; the others only for the status.
    private static readonly byte[] Accepted = "[accepted]"u8.ToArray();

    public string Name => "adyen";
    public IReadOnlyCollection<string> Accounts => accounts.Keys;
    public ReadOnlyMemory<byte> Acknowledgement => Accepted;

    public static AdyenGateway Create(GatewaySetup setup)
    {
        var accounts = new Dictionary<string, AdyenAccount>(StringComparer.Ordinal);
        foreach (var (name, section) in setup.ReadAccounts())
            accounts[name] = AdyenAccount.Read(setup, section);
        return new AdyenGateway(accounts.ToFrozenDictionary(StringComparer.Ordinal), setup.Time);
    }

    public ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        // 1.
        if (!accounts.TryGetValue(request.Account, out var account))
            return new(WebhookVerdict.NotAuthentic("unknown_account"));
        if (!account.IsAuthorized(request.Headers))
            return new(WebhookVerdict.NotAuthentic("basic_auth"));
        if (request.Body.IsEmpty)
            return new(WebhookVerdict.Malformed("empty"));

        // 2. and 3.
        var lines = request.Headers.Get("HmacSignature", out var signature);
        return new(lines == 0
            ? VerifyItems(request.Body.Span, account)
            : VerifyBody(request, lines, signature, account));
    }

    public WebhookReading Read(StoredWebhook webhook) => AdyenEvents.Read(webhook, accounts.GetValueOrDefault(webhook.Account));

    private WebhookVerdict VerifyItems(ReadOnlySpan<byte> body, AdyenAccount account)
    {
        try
        {
            var items = new AdyenItems(AdyenItems.WithoutMark(body));
            return VerifyItems(ref items, account, time.GetUtcNow());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Bad JSON, or text that is not UTF-8: there is nothing to check a signature of.
            return WebhookVerdict.Malformed("unreadable");
        }
    }

    // The body is walked to its end even after a refusal, so that what is malformed or too much is called so.
    private static WebhookVerdict VerifyItems(ref AdyenItems items, AdyenAccount account, DateTimeOffset now)
    {
        WebhookVerdict? verdict = null;
        var count = 0;
        while (items.Next(out var item))
        {
            if (++count > ItemsMax)
                return WebhookVerdict.TooManyItems("too_many_items");
            if (verdict is null or { Kind: WebhookVerdictKind.Authentic })
                verdict = VerifyItem(items.Body, item, account, now, verdict);
        }
        return verdict ?? WebhookVerdict.Malformed("no_items");
    }

    private static WebhookVerdict VerifyItem(
        ReadOnlySpan<byte> body, in AdyenItem item, AdyenAccount account, DateTimeOffset now, WebhookVerdict? ofEarlierItems)
    {
        if (item.Signature.IsEmpty)
            return WebhookVerdict.NotAuthentic("signature_missing");
        if (AdyenSignature.FindSecret(body, item, account.Secrets, now) is not { } secret)
            return WebhookVerdict.NotAuthentic("signature_mismatch");
        if (!account.Owns(body, item))
            return WebhookVerdict.NotAuthentic("merchant_account");
        return ofEarlierItems ?? WebhookVerdict.Authentic(secret.Id, item.Key(body), item.Payment.ToText(body));
    }

    private WebhookVerdict VerifyBody(WebhookRequest request, int lines, string signature, AdyenAccount account)
    {
        if (lines != 1 || request.Headers.Get("Protocol", out var protocol) != 1 || protocol != "HmacSHA256")
            return WebhookVerdict.NotAuthentic("signature_header");
        var body = request.Body.Span;
        if (AdyenSignature.FindSecret(body, signature, account.Secrets, time.GetUtcNow()) is not { } secret)
            return WebhookVerdict.NotAuthentic("signature_mismatch");
        var named = AdyenTokens.Peek(request.Body);
        if (named.MerchantAccount is { } merchant && !account.Owns(merchant))
            return WebhookVerdict.NotAuthentic("merchant_account");
        return WebhookVerdict.Authentic(secret.Id, named.EventId ?? "", named.Token ?? named.EventId ?? ContentHash.PartitionKeyOf(body));
    }
}
