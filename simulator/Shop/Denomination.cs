using System.Globalization;

namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// A currency as one gateway writes it. Amounts are kept in ISO 4217 minor units everywhere else; the exceptions of the
/// gateways (Stripe: ISK with two decimals, three-decimal ones end in 0; Adyen: CLP and ISK with two decimals, IDR and CVE
/// with none; PayPal: HUF, JPY and TWD without decimals) live here.
/// </summary>
/// <param name="Code">ISO 4217, in capitals.</param>
/// <param name="Decimals">By ISO 4217.</param>
/// <param name="WireDecimals">What the gateway's integer or decimal text counts.</param>
/// <param name="Step">The smallest amount that the gateway can say, in ISO minor units.</param>
internal sealed record Denomination(string Code, int Decimals, int WireDecimals, long Step)
{
    public string Lower { get; } = Code.ToLowerInvariant();

    /// <summary>One of the major unit, in ISO minor units.</summary>
    public long One => Power(Decimals);

    /// <summary>The integer of Stripe and Adyen.</summary>
    public long Wire(long isoMinor) =>
        WireDecimals >= Decimals ? isoMinor * Power(WireDecimals - Decimals) : isoMinor / Power(Decimals - WireDecimals);

    /// <summary>From the integer of Stripe and Adyen; null when it is finer than the gateway may say.</summary>
    public long? FromWire(long wire)
    {
        var isoMinor = WireDecimals > Decimals ? wire / Power(WireDecimals - Decimals) : wire * Power(Decimals - WireDecimals);
        return Wire(isoMinor) == wire && isoMinor % Step == 0 ? isoMinor : null;
    }

    /// <summary>From the decimal text of PayPal; null when it is none, or has other decimals than the gateway writes.</summary>
    public long? FromText(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major)
            && decimal.Truncate(major * Power(WireDecimals)) == major * Power(WireDecimals)
            ? (long)(major * Power(Decimals))
            : null;

    /// <summary>The decimal text of PayPal: "25.99", "1500".</summary>
    public string Text(long isoMinor)
    {
        var major = (decimal)isoMinor / Power(Decimals);
        return major.ToString(WireDecimals == 0 ? "0" : "0." + new string('0', WireDecimals), CultureInfo.InvariantCulture);
    }

    /// <summary>An amount of about that many major units of a strong currency, which the gateway can say.</summary>
    public long Amount(Random random)
    {
        var major = random.Next(10) switch { < 7 => random.Next(5, 120), < 9 => random.Next(120, 900), _ => random.Next(900, 4000) };
        var minor = major * Power(Decimals) + (Decimals > 0 ? random.NextInt64(Power(Decimals)) : 0);
        if (Decimals == 0) minor *= 100;
        return Math.Max(10 * Step, minor / Step * Step);
    }

    public long Part(long amount, double share) => Math.Clamp((long)(amount * share) / Step * Step, Step, amount);

    private static long Power(int exponent) => exponent switch { 0 => 1, 1 => 10, 2 => 100, _ => 1000 };
}

internal static class Denominations
{
    private static readonly (int Weight, Denomination Denomination)[] Stripe =
    [
        (40, new("USD", 2, 2, 1)), (30, new("EUR", 2, 2, 1)), (12, new("GBP", 2, 2, 1)), (8, new("JPY", 0, 0, 1)),
        (4, new("KWD", 3, 3, 10)), (2, new("HUF", 2, 2, 1)), (2, new("CLP", 0, 0, 1)), (2, new("ISK", 0, 2, 1)),
    ];

    private static readonly (int Weight, Denomination Denomination)[] Adyen =
    [
        (50, new("EUR", 2, 2, 1)), (20, new("USD", 2, 2, 1)), (12, new("GBP", 2, 2, 1)), (8, new("JPY", 0, 0, 1)),
        (4, new("KWD", 3, 3, 1)), (2, new("CLP", 0, 2, 1)), (2, new("ISK", 0, 2, 1)), (2, new("IDR", 2, 0, 100)),
    ];

    private static readonly (int Weight, Denomination Denomination)[] PayPal =
    [
        (50, new("USD", 2, 2, 1)), (26, new("EUR", 2, 2, 1)), (10, new("GBP", 2, 2, 1)), (8, new("JPY", 0, 0, 1)),
        (3, new("HUF", 2, 0, 100)), (3, new("TWD", 2, 0, 100)),
    ];

    private const string NoDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
    private const string ThreeDecimals = "BHD IQD JOD KWD LYD OMR TND";

    /// <summary>A currency as the gateway writes it; null when the code is none.</summary>
    /// <param name="code">In capitals.</param>
    public static Denomination? Of(string gateway, string code)
    {
        if (code.Length != 3 || !code.All(char.IsAsciiLetterUpper)) return null;
        var decimals = Has(NoDecimals) ? 0 : Has(ThreeDecimals) ? 3 : 2;
        var wire = (gateway, code) switch
        {
            ("stripe", "ISK" or "UGX") => 2,
            ("stripe", "MGA") => 0,
            ("adyen", "CLP" or "ISK" or "BIF") => 2,
            ("adyen", "CVE" or "IDR") => 0,
            ("paypal", "HUF" or "TWD") => 0,
            _ => decimals,
        };
        var step = wire < decimals ? 100 : gateway == "stripe" && decimals == 3 ? 10 : 1;
        return new Denomination(code, decimals, wire, step);

        bool Has(string codes) => codes.Contains(code, StringComparison.Ordinal);
    }

    public static Denomination Choose(string gateway, Random random)
    {
        var table = gateway switch { "stripe" => Stripe, "adyen" => Adyen, _ => PayPal };
        return Dice.Choose(random, table);
    }
}
