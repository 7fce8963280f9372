using System.Collections.Frozen;
using System.Text;
using System.Text.Unicode;

namespace PaymentPipeline.Gateways.Stripe;

/// <summary>Stripe's webhooks: who sent them (<see cref="StripeSignature"/>) and what they say (<see cref="StripeEvents"/>).</summary>
public sealed class StripeGateway : IWebhookGateway
{
    public const string GatewayName = "stripe";

    private const string SecretPrefix = "whsec_";
    private const int SecretBytesMin = 24;

    private readonly FrozenDictionary<string, StripeAccount> _accounts;

    private StripeGateway(IEnumerable<KeyValuePair<string, StripeAccount>> accounts) =>
        _accounts = accounts.ToFrozenDictionary(StringComparer.Ordinal);

    public string Name => GatewayName;

    public IReadOnlyCollection<string> Accounts => _accounts.Keys;

    /// <summary>Made by the registration; see <see cref="StripeOptions"/> for what it reads.</summary>
    public static IWebhookGateway Create(GatewaySetup setup)
    {
        ArgumentNullException.ThrowIfNull(setup);
        var accounts = new Dictionary<string, StripeAccount>();
        foreach (var (name, section) in setup.ReadAccounts())
        {
            var options = setup.Bind<StripeOptions>(section);
            if (options.ToleranceSeconds is < 1 or > 3600)
                setup.Problem(section.GetSection(nameof(StripeOptions.ToleranceSeconds)), "must be 1 to 3600");
            var secrets = LiveSecrets.Read(setup, section.GetSection("WebhookSecrets"), SecretKey);
            var signature = new StripeSignature(secrets, TimeSpan.FromSeconds(options.ToleranceSeconds), setup.Time);
            accounts[name] = new StripeAccount(signature, new StripeEvents(name, options));
        }

        return new StripeGateway(accounts);
    }

    /// <summary>
    /// The key is the whole text, "whsec_" included; it is never base64-decoded. A text without the prefix is none that Stripe made
    /// (its libraries' published examples are such), and how good it is cannot be told by its length.
    /// </summary>
    /// <exception cref="FormatException">A secret of Stripe's was cut off: its own have 32 bytes and more after the prefix.</exception>
    private static byte[] SecretKey(string text)
    {
        if (text.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Encoding.UTF8.GetByteCount(text) - SecretPrefix.Length < SecretBytesMin)
            throw new FormatException($"is too short: a secret has at least {SecretBytesMin} bytes, {SecretPrefix} not counted");
        return Encoding.UTF8.GetBytes(text);
    }

    public ValueTask<WebhookVerdict> VerifyAsync(WebhookRequest request, CancellationToken cancellationToken) => new(Verify(request));

    public WebhookReading Read(StoredWebhook webhook) =>
        _accounts.TryGetValue(webhook.Account, out var account)
            ? account.Events.Read(webhook.Body)
            : throw new UnreadableWebhookException("The account is not configured any more.");

    private WebhookVerdict Verify(WebhookRequest request)
    {
        if (!_accounts.TryGetValue(request.Account, out var account)) return WebhookVerdict.NotAuthentic("unknown_account");
        if (request.Body.IsEmpty) return WebhookVerdict.Malformed("body_empty");
        var lines = request.Headers.Get(StripeSignature.HeaderName, out var header);
        if (lines == 0) return WebhookVerdict.NotAuthentic("signature_header_missing");
        if (lines > 1) return WebhookVerdict.NotAuthentic("signature_header_repeated");

        var body = request.Body.Span;
        var secretId = account.Signature.Match(header, body, out var refusal);
        if (secretId is null) return WebhookVerdict.NotAuthentic(refusal ?? "signature_mismatch");
        if (!Utf8.IsValid(body)) return WebhookVerdict.Malformed("body_not_utf8");

        var keys = StripeKeys.Find(body);
        return WebhookVerdict.Authentic(secretId, keys.EventId, keys.PartitionKey);
    }

    private sealed record StripeAccount(StripeSignature Signature, StripeEvents Events);
}
