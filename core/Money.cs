namespace PaymentPipeline.Core;

/// <summary>
/// An ISO 4217 currency: three capital letters of <see cref="Currencies"/>. There is no default currency:
/// <c>default(Currency)</c> has an empty code and equals none.
/// </summary>
public readonly record struct Currency
{
    private readonly string? _code;

    internal Currency(string code, int exponent)
    {
        _code = code;
        Exponent = exponent;
    }

    /// <summary>The code in capitals, "EUR".</summary>
    public string Code => _code ?? "";

    /// <summary>How many decimals the currency has by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD.</summary>
    public int Exponent { get; }

    public override string ToString() => Code;
}

/// <summary>
/// An amount in ISO 4217 minor units (1999 EUR is 19.99 euro, 500 JPY is 500 yen). Never floating point.
/// </summary>
public readonly record struct Money(long AmountMinor, Currency Currency)
{
    public override string ToString() => $"{AmountMinor} {Currency}";
}
