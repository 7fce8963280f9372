namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// One account of <c>Gateways:Adyen</c>. Beside these members it has <c>HmacKeys</c>: the HMAC keys of the webhook as Adyen
/// shows them, 64 hex digits each, newest first, each with an optional expiry (<c>HmacKeys__1__ExpiresAt</c>).
/// </summary>
internal sealed class AdyenOptions
{
    /// <summary>
    /// The merchant accounts whose webhooks are ours; several with commas between. Required: the signature alone cannot tell
    /// the account <c>A</c> with the reference <c>b:c</c> from the account <c>A:b</c> with the reference <c>c</c>.
    /// </summary>
    public string MerchantAccount { get; set; } = "";

    /// <summary>How the account captures. Default manual: money is taken when CAPTURE says so.</summary>
    public AdyenCaptureMode CaptureMode { get; set; }

    /// <summary>
    /// True where only live webhooks act, false where only test ones do; others are kept and ignored. Default: both act.
    /// </summary>
    public bool? Live { get; set; }

    /// <summary>User of HTTP basic authentication, as set in the Customer Area. Default: not asked for.</summary>
    public string BasicAuthUser { get; set; } = "";

    /// <summary>Its password; the two come together.</summary>
    public string BasicAuthPassword { get; set; } = "";
}

internal enum AdyenCaptureMode
{
    /// <summary>An authorisation holds money; CAPTURE takes it.</summary>
    Manual,

    /// <summary>An authorisation takes the money at once; no CAPTURE need follow.</summary>
    Automatic,
}
