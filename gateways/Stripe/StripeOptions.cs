namespace PaymentPipeline.Gateways.Stripe;

/// <summary>
/// <c>Gateways:Stripe</c>, and one section of the same members per further account below <c>Gateways:Stripe:Accounts</c>.
/// Beside these members stand the secrets, <c>WebhookSecrets</c>: at least one, newest first, each the whole text that
/// Stripe shows (<c>whsec_…</c>); see <see cref="LiveSecrets"/>.
/// </summary>
public sealed class StripeOptions
{
    public const string Section = "Stripe";

    /// <summary>How far the signed time may be from now, in both directions, inclusive. 1 to 3600; Stripe's own default is 300.</summary>
    public int ToleranceSeconds { get; set; } = 300;

    /// <summary>True or false: events of the other mode are kept and ignored. Null takes both.</summary>
    public bool? LiveMode { get; set; }

    /// <summary>
    /// Our connected account (<c>acct_…</c>) where the endpoint is a Connect one. An event that names another account than
    /// this one, or any account when this is null, is quarantined. The API is asked for this account.
    /// </summary>
    public string? AccountId { get; set; }

    /// <summary>
    /// The secret or restricted key for the API (<c>sk_…</c>, <c>rk_…</c>). An account without one cannot be asked to move money.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>Where the API is; see <see cref="GatewayOrigin.Rule"/>. How it is called: <see cref="GatewayHttpOptions"/>.</summary>
    public string BaseUrl { get; set; } = "https://api.stripe.com";
}
