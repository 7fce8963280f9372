using Xunit;

namespace PaymentPipeline.Core.Tests;

public sealed class CurrenciesTests
{
    [Theory]
    [InlineData("EUR", 2)]
    [InlineData("jpy", 0)]
    [InlineData("Kwd", 3)]
    [InlineData("MGA", 2)]
    [InlineData("CLF", 4)]
    [InlineData("XCG", 2)]
    public void A_code_is_found_in_any_case(string code, int exponent)
    {
        Assert.True(Currencies.TryGet(code, out var currency));
        Assert.Equal((code.ToUpperInvariant(), exponent), (currency.Code, currency.Exponent));
    }

    [Theory]
    [InlineData("")]
    [InlineData("EU")]
    [InlineData("EURO")]
    [InlineData("XXX")]
    [InlineData("XAU")]
    public void What_is_no_currency_is_not_found(string code)
    {
        Assert.False(Currencies.TryGet(code, out _));
        Assert.Throws<FormatException>(() => Currencies.FromGatewayMinor("stripe", 1, code));
        Assert.Throws<FormatException>(() => Currencies.FromGatewayDecimal("paypal", "1", code));
    }

    [Theory]
    [InlineData("stripe", "usd", 2599, 2599)]
    [InlineData("stripe", "jpy", 1500, 1500)]
    [InlineData("stripe", "clp", 5000, 5000)]
    [InlineData("stripe", "mga", 5, 500)]
    [InlineData("stripe", "isk", 500, 5)]
    [InlineData("stripe", "ugx", 500, 5)]
    [InlineData("stripe", "kwd", 12340, 12340)]
    [InlineData("stripe", "idr", 100, 100)]
    [InlineData("adyen", "JPY", 1500, 1500)]
    [InlineData("adyen", "CLP", 500000, 5000)]
    [InlineData("adyen", "CVE", 7, 700)]
    [InlineData("adyen", "IDR", 7, 700)]
    [InlineData("adyen", "ISK", 700, 7)]
    [InlineData("adyen", "UGX", 7, 7)]
    [InlineData("adyen", "TND", 1234, 1234)]
    [InlineData("adyen", "EUR", -2500, -2500)]
    [InlineData("another", "ISK", 7, 7)]
    public void An_integer_amount_becomes_ISO_minor_units_and_back(string gateway, string code, long theirs, long ours)
    {
        var money = Currencies.FromGatewayMinor(gateway, theirs, code);

        Assert.Equal(ours, money.AmountMinor);
        Assert.Equal(theirs, Currencies.ToGatewayMinor(gateway, money));
    }

    [Theory]
    [InlineData("stripe", "isk", 501)]
    [InlineData("adyen", "CLP", 99)]
    [InlineData("stripe", "mga", long.MaxValue)]
    [InlineData("adyen", "IDR", long.MinValue / 10)]
    public void An_integer_that_ISO_minor_units_cannot_hold_is_refused(string gateway, string code, long theirs) =>
        Assert.Throws<FormatException>(() => Currencies.FromGatewayMinor(gateway, theirs, code));

    [Theory]
    [InlineData("stripe", "KWD", 12345)]
    [InlineData("stripe", "MGA", 150)]
    [InlineData("adyen", "IDR", 150)]
    public void An_amount_that_the_gateway_cannot_be_told_is_refused(string gateway, string code, long ours)
    {
        Assert.True(Currencies.TryGet(code, out var currency));
        Assert.Throws<FormatException>(() => Currencies.ToGatewayMinor(gateway, new Money(ours, currency)));
    }

    [Theory]
    [InlineData("25.99", "USD", 2599)]
    [InlineData("25.9", "USD", 2590)]
    [InlineData("120", "EUR", 12000)]
    [InlineData("-0.01", "EUR", -1)]
    [InlineData("0.00", "EUR", 0)]
    [InlineData("1500", "JPY", 1500)]
    [InlineData("1500", "HUF", 150000)]
    [InlineData("1500", "TWD", 150000)]
    [InlineData("1.234", "TND", 1234)]
    [InlineData("92233720368547758.07", "USD", long.MaxValue)]
    [InlineData("-92233720368547758.08", "USD", long.MinValue)]
    public void A_decimal_text_becomes_ISO_minor_units(string text, string code, long ours) =>
        Assert.Equal(ours, Currencies.FromGatewayDecimal("paypal", text, code).AmountMinor);

    [Theory]
    [InlineData("", "USD")]
    [InlineData("-", "USD")]
    [InlineData(".5", "USD")]
    [InlineData("5.", "USD")]
    [InlineData("-.5", "USD")]
    [InlineData("+5", "USD")]
    [InlineData("5,00", "USD")]
    [InlineData("1,000.00", "USD")]
    [InlineData(" 5", "USD")]
    [InlineData("5 ", "USD")]
    [InlineData("5\n", "USD")]
    [InlineData("1e3", "USD")]
    [InlineData("1.2.3", "USD")]
    [InlineData("--1", "USD")]
    [InlineData("٥", "USD")]
    [InlineData("25.999", "USD")]
    [InlineData("25.990", "USD")]
    [InlineData("1500.00", "JPY")]
    [InlineData("1500.5", "HUF")]
    [InlineData("92233720368547758.08", "USD")]
    [InlineData("99999999999999999999", "JPY")]
    [InlineData("92233720368547759", "HUF")]
    public void A_text_that_is_no_amount_of_the_currency_is_refused(string text, string code) =>
        Assert.Throws<FormatException>(() => Currencies.FromGatewayDecimal("paypal", text, code));

    [Theory]
    [InlineData(2599, "USD", "25.99")]
    [InlineData(5, "EUR", "0.05")]
    [InlineData(-5, "EUR", "-0.05")]
    [InlineData(0, "EUR", "0.00")]
    [InlineData(1500, "JPY", "1500")]
    [InlineData(150000, "HUF", "1500")]
    [InlineData(1, "TND", "0.001")]
    [InlineData(long.MinValue, "USD", "-92233720368547758.08")]
    public void An_amount_is_written_with_the_decimals_that_PayPal_takes(long ours, string code, string text)
    {
        Assert.True(Currencies.TryGet(code, out var currency));
        Assert.Equal(text, Currencies.ToGatewayDecimal("paypal", new Money(ours, currency)));
    }

    [Theory]
    [InlineData(150050, "HUF")]
    [InlineData(1, "TWD")]
    public void An_amount_finer_than_PayPal_takes_is_refused(long ours, string code)
    {
        Assert.True(Currencies.TryGet(code, out var currency));
        Assert.Throws<FormatException>(() => Currencies.ToGatewayDecimal("paypal", new Money(ours, currency)));
    }

    [Fact]
    public void The_same_1500_yen_in_three_encodings_is_one_amount()
    {
        var yen = Currencies.FromGatewayMinor("stripe", 1500, "jpy");

        Assert.Equal(yen, Currencies.FromGatewayMinor("adyen", 1500, "JPY"));
        Assert.Equal(yen, Currencies.FromGatewayDecimal("paypal", "1500", "JPY"));
    }

    [Fact]
    public void Every_currency_goes_to_every_gateway_and_back()
    {
        foreach (var currency in Currencies.All)
            foreach (var gateway in new[] { "stripe", "adyen", "paypal" })
            {
                var money = new Money(1_234_000, currency);
                Assert.Equal(money, Currencies.FromGatewayMinor(gateway, Currencies.ToGatewayMinor(gateway, money), currency.Code));
                Assert.Equal(money, Currencies.FromGatewayDecimal(gateway, Currencies.ToGatewayDecimal(gateway, money), currency.Code));
            }
    }

    [Fact]
    public void The_default_currency_is_none()
    {
        Assert.Equal("", default(Currency).Code);
        Assert.DoesNotContain(default, Currencies.All);
    }
}
