namespace PaymentPipeline.Core;

/// <summary>ISO 4217 codes with their decimals.</summary>
public static class Currencies
{
    /// <summary>Finds a currency by its code, whatever the case.</summary>
    public static bool TryGet(string code, out Currency currency) => throw new NotSupportedException();

    /// <summary>The amount in ISO minor units for an integer amount as the gateway writes it.</summary>
    /// <param name="gateway">"stripe" or "adyen": each has exceptions to ISO 4217.</param>
    /// <exception cref="FormatException">Unknown currency, or an amount that ISO minor units cannot hold.</exception>
    public static Money FromGatewayMinor(string gateway, long amount, string currencyCode) => throw new NotSupportedException();

    /// <summary>The amount in ISO minor units for a decimal text in major units ("25.99"), as PayPal writes it.</summary>
    /// <exception cref="FormatException">Unknown currency, not a decimal number, or more decimals than the currency has.</exception>
    public static Money FromGatewayDecimal(string gateway, string amount, string currencyCode) => throw new NotSupportedException();

    /// <summary>The integer that the gateway expects for an amount.</summary>
    public static long ToGatewayMinor(string gateway, Money amount) => throw new NotSupportedException();
}
