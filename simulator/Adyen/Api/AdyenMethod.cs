using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>The way to pay of one request: a test card, or one stored before.</summary>
/// <param name="Number">Of a test card, so that a stored one does later what it did at first.</param>
internal sealed record AdyenMethod(string Type, string Number, string ExpiryMonth, string ExpiryYear, string? HolderName)
{
    /// <summary>Adyen's test cards that ask for 3-D Secure.</summary>
    private static readonly HashSet<string> Challenged =
    [
        "4212345678901237", "5212345678901234", "4917610000000000", "5454545454545454", "4871049999999910", "5201281505129736",
    ];

    /// <summary>Cards without a number, for merchants who take none even where it is a test's.</summary>
    private static readonly Dictionary<string, string> Named = new()
    {
        ["visa"] = "4111111111111111", ["mc"] = "5555444433331111", ["challenge"] = "4917610000000000",
    };

    public bool IsCard => Type == "scheme";

    public string Brand => !IsCard ? Type : Number[0] switch { '4' => "visa", '5' or '2' => "mc", '3' => "amex", _ => "discover" };

    public string LastFour => Number.Length >= 4 ? Number[^4..] : "";

    public bool AsksForChallenge => !IsCard || Challenged.Contains(Number);

    /// <summary>Reads <c>paymentMethod</c> where it is not stored: encrypted for the test platform is "test_" and the text.</summary>
    public static AdyenMethod Read(JsonObject method)
    {
        var type = Plain(method, "type") ?? "scheme";
        if (type is not ("scheme" or "card")) return new AdyenMethod(type, "", "", "", null);

        var number = (Plain(method, "encryptedCardNumber") ?? Plain(method, "number"))?.Replace(" ", "", StringComparison.Ordinal);
        if (number is not null) number = Named.GetValueOrDefault(number, number);
        if (string.IsNullOrEmpty(number)) throw AdyenRefusal.Invalid("14_004", "Missing payment method details: encryptedCardNumber");
        if (!PassesLuhn(number)) throw AdyenRefusal.Invalid("101", "Invalid card number");
        var month = Plain(method, "encryptedExpiryMonth") ?? Plain(method, "expiryMonth");
        var year = Plain(method, "encryptedExpiryYear") ?? Plain(method, "expiryYear");
        if (month is null || year is null) throw AdyenRefusal.Invalid("129", "Expiry Date Invalid");
        return new AdyenMethod("scheme", number, month.PadLeft(2, '0'), year, Plain(method, "holderName"));
    }

    private static string? Plain(JsonObject method, string name)
    {
        var text = method.Text(name);
        return text?.StartsWith("test_", StringComparison.Ordinal) == true ? text[5..] : text;
    }

    private static bool PassesLuhn(string number)
    {
        if (number.Length is < 12 or > 19) return false;
        var sum = 0;
        for (var place = 0; place < number.Length; place++)
        {
            var digit = number[number.Length - 1 - place] - '0';
            if (digit is < 0 or > 9) return false;
            if (place % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}
