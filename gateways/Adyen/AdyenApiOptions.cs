namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// What an account of <c>Gateways:Adyen</c> has beside <see cref="AdyenOptions"/> where it is asked to move money. Its first
/// <see cref="AdyenOptions.MerchantAccount"/> is the one that payments are made for.
/// </summary>
internal sealed class AdyenApiOptions
{
    /// <summary>Of an API credential with the roles of Checkout. None: the account takes webhooks only.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// With the version. Default: the test environment. The live one is
    /// <c>https://{prefix}-checkout-live.adyenpayments.com/checkout/v72</c>, with the prefix that the Customer Area shows.
    /// </summary>
    public string BaseUrl { get; set; } = "https://checkout-test.adyen.com/v72";

    /// <summary>Where payers come back to when the payment names no address of its own; without either Adyen takes no payment.</summary>
    public string ReturnUrl { get; set; } = "";

    /// <summary>In which a way to pay is kept without paying: Adyen wants a currency for the amount of nothing. Default EUR.</summary>
    public string SetUpCurrency { get; set; } = "EUR";
}
