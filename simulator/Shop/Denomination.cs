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

    public static Denomination Choose(string gateway, Random random)
    {
        var table = gateway switch { "stripe" => Stripe, "adyen" => Adyen, _ => PayPal };
        return Dice.Choose(random, table);
    }
}
