using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>The way to pay of one order, or of one token.</summary>
/// <param name="Kind">"paypal" or "card".</param>
/// <param name="Name">The cardholder: in a test it says what shall happen.</param>
internal sealed record PayPalPayer(string Kind, string? Name = null, string Number = "", string Expiry = "")
{
    /// <summary>The one buyer of the simulator: 13 of PayPal's letters and digits.</summary>
    public const string AccountId = "QYR5Z8XDVJNXQ";

    /// <summary>Taken from the vault, so that nobody has to approve anything.</summary>
    public bool IsVaulted { get; init; }

    /// <summary>Goes into the vault when the payment succeeds.</summary>
    public bool ShallBeVaulted { get; init; }
    public string? CustomerId { get; init; }
    public bool NeedsAction { get; init; }

    /// <summary>The payer approved with something that does not pay.</summary>
    public bool IsDeclined { get; init; }

    public string LastDigits => Number.Length >= 4 ? Number[^4..] : "";
    public string Brand => Number is ['4', ..] ? "VISA" : Number is ['3', ..] ? "AMEX" : "MASTERCARD";

    /// <param name="source"><c>payment_source</c>: one way to pay.</param>
    public static PayPalPayer Read(JsonObject source, PayPalBooks books)
    {
        if (source.Count > 1)
            throw PayPalRefusal.Malformed(
                "ONLY_ONE_PAYMENT_SOURCE_ALLOWED", "/payment_source",
                "More than one payment method within the payment source is not supported.");
        if (source.Object("card") is { } card) return ReadCard(card, books);
        if (source.Object("paypal") is { } wallet) return ReadWallet(wallet, books);
        if (source.Object("token")?.Text("id") is { } token) return OfAgreement(token) ?? books.Vaulted(token);
        throw PayPalRefusal.Unprocessable(
            "NO_PAYMENT_SOURCE_PROVIDED", "At least one payment method is required within the payment source.");
    }

    /// <summary>A billing agreement of a test: what stands behind <c>B-</c> is what shall happen. Null for another token.</summary>
    private static PayPalPayer? OfAgreement(string token) => !token.StartsWith("B-", StringComparison.Ordinal)
        ? null
        : new PayPalPayer("paypal", token[2..]) { IsVaulted = true, IsDeclined = token == "B-DECLINED" };

    /// <summary>As answers show it.</summary>
    /// <param name="vaulted">What the payment left in the vault.</param>
    public JsonObject Show(VaultedEntry? vaulted = null)
    {
        var shown = Kind == "card"
            ? new JsonObject { ["last_digits"] = LastDigits, ["brand"] = Brand, ["expiry"] = Expiry, ["type"] = "CREDIT" }
            : new JsonObject
            {
                ["email_address"] = "buyer@example.com", ["account_id"] = AccountId, ["account_status"] = "VERIFIED",
                ["name"] = new JsonObject { ["given_name"] = "Sam", ["surname"] = "Sample" },
            };
        if (Kind == "card" && Name is not null) shown["name"] = Name;
        if (vaulted is not null)
            shown["attributes"] = new JsonObject
            {
                ["vault"] = new JsonObject
                {
                    ["id"] = vaulted.Id, ["status"] = "VAULTED", ["customer"] = new JsonObject { ["id"] = vaulted.CustomerId },
                },
            };
        return new JsonObject { [Kind] = shown };
    }

    /// <summary>As the vault shows it.</summary>
    public JsonObject ShowKept()
    {
        var shown = Show();
        var method = shown.Object(Kind)!;
        method.Remove("account_status");
        method.Remove("type");
        return shown;
    }

    private static PayPalPayer ReadCard(JsonObject card, PayPalBooks books)
    {
        if (card.Text("vault_id") is { } token) return books.Vaulted(token);
        var number = card.Text("number") ?? throw PayPalRefusal.Unprocessable(
            "CARD_NUMBER_REQUIRED", "The card number is required when attempting to process payment with card.",
            "/payment_source/card/number");
        var expiry = card.Text("expiry") ?? throw PayPalRefusal.Unprocessable(
            "CARD_EXPIRY_REQUIRED", "The card expiry is required when attempting to process payment with card.",
            "/payment_source/card/expiry");
        if (number.Length is < 13 or > 19 || !number.All(char.IsAsciiDigit))
            throw PayPalRefusal.Malformed(
                "INVALID_PARAMETER_SYNTAX", "/payment_source/card/number", "The value of a field does not conform to the expected format.");
        var method = (card.Object("attributes")?.Object("verification") ?? card).Text("method") ?? card.Text("verification_method");
        return new PayPalPayer("card", card.Text("name"), number, expiry)
        {
            NeedsAction = method is "SCA_ALWAYS" or "3D_SECURE", ShallBeVaulted = VaultOf(card) is not null, CustomerId = CustomerOf(card),
        };
    }

    private static PayPalPayer ReadWallet(JsonObject wallet, PayPalBooks books) => wallet.Text("vault_id") is { } token
        ? books.Vaulted(token)
        : new PayPalPayer("paypal") { NeedsAction = true, ShallBeVaulted = VaultOf(wallet) is not null, CustomerId = CustomerOf(wallet) };

    private static string? VaultOf(JsonObject method) => method.Object("attributes")?.Object("vault")?.Text("store_in_vault");

    private static string? CustomerOf(JsonObject method) => method.Object("attributes")?.Object("customer")?.Text("id");
}
