namespace PaymentPipeline.Gateways.PayPal;

/// <summary>One account of <c>Gateways:PayPal</c>.</summary>
internal sealed class PayPalOptions
{
    /// <summary>
    /// The credentials of the REST app, for the API: both or none. Needed only by the process that moves money, as the id of the
    /// webhook is only by those that judge webhooks.
    /// </summary>
    public string ClientId { get; set; } = "";

    /// <summary>See <see cref="ClientId"/>. Never logged.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>The API's origin. Default: the live one; the sandbox is <c>https://api-m.sandbox.paypal.com</c>.</summary>
    public string BaseUrl { get; set; } = "https://api-m.paypal.com";

    /// <summary>The id of the webhook as PayPal shows it beside its URL. Required: it is part of what is signed.</summary>
    public string WebhookId { get; set; } = "";

    /// <summary>
    /// The hosts that certificates may come from, over https on the default port. Default: the live and the sandbox API of
    /// PayPal; name only the live ones where sandbox webhooks must not pass. For development a whole origin of this machine
    /// may stand here, <c>http://127.0.0.1:8083</c>: what makes a certificate genuine is its chain, not the transport.
    /// </summary>
    public IList<string> CertificateHosts { get; } = [];

    /// <summary>
    /// The roots that a certificate's chain must end in: each a PEM text or the path of a PEM file. Default: those of the
    /// operating system.
    /// </summary>
    public IList<string> TrustedRoots { get; } = [];

    /// <summary>
    /// Intermediate certificates to build chains with, beside those that PayPal serves with its own: it is known to serve
    /// its own alone. Each a PEM text or the path of a PEM file. Default: none.
    /// </summary>
    public IList<string> Intermediates { get; } = [];
}
