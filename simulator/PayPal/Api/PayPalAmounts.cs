using System.Collections.Frozen;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>Money as PayPal writes it: <c>{"currency_code":"USD","value":"25.99"}</c>; in ISO minor units in the books.</summary>
internal static partial class PayPalAmounts
{
    private const int ValueLengthMax = 15;

    private static readonly FrozenSet<string> Supported =
        "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP SGD SEK CHF THB USD".Split(' ').ToFrozenSet();

    /// <param name="field">A JSON pointer, for the refusal.</param>
    public static (long Amount, Denomination Currency) Read(JsonObject? money, string field, long min = 1)
    {
        if (money is null) throw PayPalRefusal.Missing(field);
        var code = money.Text("currency_code") ?? throw PayPalRefusal.Missing(field + "/currency_code");
        var value = money.Text("value") ?? throw PayPalRefusal.Missing(field + "/value");
        if (!Decimal().IsMatch(value))
            throw PayPalRefusal.Malformed(
                "INVALID_PARAMETER_SYNTAX", field + "/value", "The value of a field does not conform to the expected format.");
        if (!Supported.Contains(code) || Denominations.Of("paypal", code) is not { } currency)
            throw PayPalRefusal.Unprocessable(
                "INVALID_CURRENCY_CODE", "Currency code is invalid or is not currently supported.", field + "/currency_code");
        if (value.Length > ValueLengthMax)
            throw PayPalRefusal.Unprocessable(
                "MAX_VALUE_EXCEEDED", "Should be less than or equal to 999999999999999.99.", field + "/value");
        var amount = currency.FromText(value) ?? throw PayPalRefusal.Unprocessable(
            "DECIMAL_PRECISION", "If the currency supports decimals, only two decimal place precision is supported.", field + "/value");
        if (amount < min)
            throw PayPalRefusal.Unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero.", field + "/value");
        return (amount, currency);
    }

    /// <summary>A unit's amount is the sum of its breakdown, and its items add up to the breakdown's.</summary>
    public static void CheckSums(JsonObject unit, long amount, Denomination currency, string field)
    {
        var breakdown = unit.Object("amount")!.Object("breakdown");
        long Part(string name) =>
            breakdown?.Object(name) is { } part ? SameCurrency(part, $"{field}/amount/breakdown/{name}", currency) : 0;
        var items = unit.Objects("items").ToArray();
        if (items.Length > 0 && breakdown?.Object("item_total") is null)
            throw PayPalRefusal.Unprocessable("ITEM_TOTAL_REQUIRED", "If item details are specified item_total is required.", field);
        var sum = items.Select((item, index) => (Item: item, Field: $"{field}/items/{index}")).Sum(entry =>
            SameCurrency(entry.Item.Object("unit_amount"), entry.Field + "/unit_amount", currency) * Quantity(entry.Item, entry.Field));
        if (items.Length > 0 && sum != Part("item_total"))
            throw PayPalRefusal.Unprocessable(
                "ITEM_TOTAL_MISMATCH", "Should equal sum of (unit_amount * quantity) across all items.", field);
        if (breakdown is null) return;

        var total = Part("item_total") + Part("tax_total") + Part("shipping") + Part("handling") + Part("insurance")
            - Part("shipping_discount") - Part("discount");
        if (total != amount)
            throw PayPalRefusal.Unprocessable(
                "AMOUNT_MISMATCH",
                "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount.",
                field + "/amount/value");
    }

    public static JsonObject Write(Denomination currency, long amount) =>
        new() { ["currency_code"] = currency.Code, ["value"] = currency.Text(amount) };

    private static long SameCurrency(JsonObject? money, string field, Denomination currency)
    {
        var (amount, actual) = Read(money, field, min: 0);
        return actual.Code == currency.Code
            ? amount
            : throw PayPalRefusal.Unprocessable("MULTI_CURRENCY_ORDER", "Entire Order request must have the same currency_code.", field);
    }

    private static long Quantity(JsonObject item, string field) =>
        item.Text("quantity") is { Length: <= 10 } text && long.TryParse(text, out var quantity) && quantity > 0
            ? quantity
            : throw PayPalRefusal.Malformed("INVALID_PARAMETER_SYNTAX", field + "/quantity", "A positive whole number as text.");

    [GeneratedRegex(@"^((-?[0-9]+)|(-?([0-9]+)?[.][0-9]+))$", RegexOptions.None, 1000)]
    private static partial Regex Decimal();
}
