using System.Collections.Frozen;
using System.Globalization;

namespace PaymentPipeline.Core;

/// <summary>
/// ISO 4217 codes with their decimals, and where a gateway writes a currency with other decimals than ISO 4217. Our
/// amounts are always ISO minor units; a gateway's are converted here and nowhere else.
/// </summary>
public static class Currencies
{
    // ISO 4217 list one. Codes without a minor unit (metals, XDR, XXX, test codes) are not currencies that one can pay in.
    private const string TwoDecimals =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP "
        + "COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
        + "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN "
        + "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
        + "THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG";

    // Withdrawn since 2022; refunds and disputes of older payments still name them.
    private const string Withdrawn = "ANG BGN HRK SLL ZWL";

    private const string NoDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string ThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";
    private const string FourDecimals = "CLF UYW";

    private static readonly FrozenDictionary<string, Currency> ByCode = Build();

    // The decimals that a gateway writes where they are not those of ISO 4217.
    private static readonly FrozenDictionary<string, FrozenDictionary<string, int>> DecimalsOfGateway =
        new Dictionary<string, FrozenDictionary<string, int>>
        {
            // Stripe, "Supported currencies": zero-decimal currencies include MGA; ISK and UGX are zero-decimal in fact, but
            // written with two decimals that must be 00.
            ["stripe"] = Table(("MGA", 0), ("ISK", 2), ("UGX", 2)),

            // Adyen, "Currency codes and minor units", and the currency table of its PHP library.
            ["adyen"] = Table(("CVE", 0), ("IDR", 0), ("BIF", 2), ("CLP", 2), ("ISK", 2)),

            // PayPal, "Currency codes": these take no decimals; an amount with decimals is an error.
            ["paypal"] = Table(("HUF", 0), ("TWD", 0)),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    // Stripe takes three decimals for these, and refuses an amount whose last digit is not 0.
    private static readonly FrozenSet<string> StripeTensOnly =
        new[] { "BHD", "JOD", "KWD", "OMR", "TND" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every currency we know.</summary>
    public static IReadOnlyCollection<Currency> All => ByCode.Values;

    /// <summary>Finds a currency by its code, whatever the case.</summary>
    public static bool TryGet(string code, out Currency currency) => ByCode.TryGetValue(code, out currency);

    /// <summary>The amount in ISO minor units for an integer amount as the gateway writes it.</summary>
    /// <param name="gateway">"stripe" or "adyen": each has exceptions to ISO 4217. A gateway without exceptions is read as ISO.</param>
    /// <exception cref="FormatException">Unknown currency, or an amount that ISO minor units cannot hold.</exception>
    public static Money FromGatewayMinor(string gateway, long amount, string currencyCode)
    {
        var currency = Known(currencyCode);
        return new Money(Scaled(amount, DecimalsAt(gateway, currency), currency.Exponent, currency), currency);
    }

    /// <summary>The amount in ISO minor units for a decimal text in major units ("25.99"), as PayPal writes it.</summary>
    /// <exception cref="FormatException">Unknown currency, not a decimal number, or more decimals than the currency has.</exception>
    public static Money FromGatewayDecimal(string gateway, string amount, string currencyCode)
    {
        ArgumentNullException.ThrowIfNull(amount);
        var currency = Known(currencyCode);
        var unscaled = ParseDecimal(amount, out var decimals);
        var allowed = DecimalsAt(gateway, currency);
        if (decimals > allowed)
            throw new FormatException($"The amount has {decimals} decimals; {gateway} writes {currency} with {allowed}.");
        return new Money(Scaled(unscaled, decimals, currency.Exponent, currency), currency);
    }

    /// <summary>The integer that the gateway expects for an amount.</summary>
    /// <exception cref="FormatException">The gateway cannot be told this amount: it has no decimals that fine.</exception>
    public static long ToGatewayMinor(string gateway, Money amount)
    {
        if (gateway == "stripe" && amount.AmountMinor % 10 != 0 && StripeTensOnly.Contains(amount.Currency.Code))
            throw new FormatException($"stripe takes {amount.Currency} amounts in tens of the minor unit only.");
        return Scaled(amount.AmountMinor, amount.Currency.Exponent, DecimalsAt(gateway, amount.Currency), amount.Currency);
    }

    /// <summary>The decimal text in major units that the gateway expects for an amount: "25.99", and "500" for 500 JPY.</summary>
    /// <exception cref="FormatException">The gateway cannot be told this amount: it has no decimals that fine.</exception>
    public static string ToGatewayDecimal(string gateway, Money amount)
    {
        var decimals = DecimalsAt(gateway, amount.Currency);
        var scaled = Scaled(amount.AmountMinor, amount.Currency.Exponent, decimals, amount.Currency);
        var digits = Math.Abs((decimal)scaled).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var text = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}";
        return scaled < 0 ? "-" + text : text;
    }

    private static Currency Known(string code) =>
        code is not null && ByCode.TryGetValue(code, out var currency)
            ? currency
            : throw new FormatException("The currency is not an ISO 4217 code that we know.");

    private static int DecimalsAt(string gateway, Currency currency) =>
        DecimalsOfGateway.TryGetValue(gateway, out var exceptions) && exceptions.TryGetValue(currency.Code, out var decimals)
            ? decimals
            : currency.Exponent;

    private static long Scaled(long amount, int fromDecimals, int toDecimals, Currency currency)
    {
        for (var i = fromDecimals; i < toDecimals; i++)
        {
            if (amount is > long.MaxValue / 10 or < long.MinValue / 10)
                throw new FormatException($"The amount is too large for {currency} minor units.");
            amount *= 10;
        }
        for (var i = toDecimals; i < fromDecimals; i++)
            amount = amount % 10 == 0 ? amount / 10 : throw new FormatException($"The amount is finer than {currency} has decimals.");
        return amount;
    }

    // -?digits(.digits)? and nothing else: no sign +, exponent, space, group separator, and no digit outside ASCII.
    private static long ParseDecimal(string text, out int decimals)
    {
        var start = text.StartsWith('-') ? 1 : 0;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (text.Length == start || point == start || point == text.Length - 1)
            throw new FormatException("The amount is not a decimal number.");

        // Gathered below zero, because the most negative long has no positive twin.
        var negative = 0L;
        for (var i = start; i < text.Length; i++)
        {
            if (i == point)
                continue;
            var digit = text[i] - '0';
            if (digit is < 0 or > 9)
                throw new FormatException("The amount is not a decimal number.");
            if (negative < (long.MinValue + digit) / 10)
                throw new FormatException("The amount is too large.");
            negative = negative * 10 - digit;
        }
        decimals = point < 0 ? 0 : text.Length - point - 1;
        if (start == 1)
            return negative;
        return negative == long.MinValue ? throw new FormatException("The amount is too large.") : -negative;
    }

    private static FrozenDictionary<string, Currency> Build()
    {
        var currencies = new Dictionary<string, Currency>(StringComparer.OrdinalIgnoreCase);
        var lists = new[] { (TwoDecimals, 2), (Withdrawn, 2), (NoDecimals, 0), (ThreeDecimals, 3), (FourDecimals, 4) };
        foreach (var (codes, exponent) in lists)
            foreach (var code in codes.Split(' '))
                currencies.Add(code, new Currency(code, exponent));
        return currencies.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static FrozenDictionary<string, int> Table(params (string Code, int Decimals)[] exceptions) =>
        exceptions.ToFrozenDictionary(exception => exception.Code, exception => exception.Decimals, StringComparer.Ordinal);
}
