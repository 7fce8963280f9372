using System.Text.Json;
using System.Text.Json.Nodes;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>
/// A way to pay, as Adyen's <c>paymentMethod</c>: what Adyen's client-side library made (a JSON object), or the id of a stored one.
/// A card number or its verification code that nobody encrypted is refused here, whoever sent it.
/// </summary>
internal static class AdyenToken
{
    private const int LengthMax = 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    // As the API description names what only those may send who keep card data themselves.
    private static readonly string[] RawCardMembers = ["number", "cvc", "expiryMonth", "expiryYear"];

    // Digits only as well, and no card numbers.
    private static readonly string[] IdMembers =
        ["storedPaymentMethodId", "recurringDetailReference", "networkPaymentReference", "telephoneNumber", "checkoutAttemptId"];

    // What POST /storedPaymentMethods takes of a card.
    private static readonly string[] StorableMembers =
    [
        "type", "brand", "holderName", "encryptedCard", "encryptedCardNumber", "encryptedExpiryMonth", "encryptedExpiryYear",
        "encryptedSecurityCode",
    ];

    public static bool IsObject(string token) => token.StartsWith('{');

    /// <summary>Null where the token is none; <paramref name="problem"/> then says why, without a word of what it holds.</summary>
    public static JsonElement? Read(string token, out string problem)
    {
        if (IsObject(token))
            return ReadObject(token, out problem);
        problem = token.Length is > 0 and <= 64 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? ""
            : "token is neither what Adyen's client-side library makes (a JSON object) nor the id of a stored payment method.";
        return problem.Length > 0
            ? null
            : JsonSerializer.SerializeToElement(new JsonObject { ["type"] = "scheme", ["storedPaymentMethodId"] = token });
    }

    /// <summary>The card alone, without what belongs to the page it was typed in.</summary>
    public static JsonElement Storable(JsonElement method)
    {
        var kept = method.EnumerateObject().Where(member => StorableMembers.Contains(member.Name));
        return JsonSerializer.SerializeToElement(new JsonObject(
            kept.Select(member => KeyValuePair.Create(member.Name, JsonValue.Create(member.Value) as JsonNode))));
    }

    private static JsonElement? ReadObject(string token, out string problem)
    {
        problem = "token is no strict JSON object of at most 64 kB.";
        if (token.Length > LengthMax)
            return null;
        try
        {
            using var document = JsonDocument.Parse(token, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            problem = HoldsCard(document.RootElement) ? "token holds card data that is not encrypted." : "";
            return problem.Length > 0 ? null : document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool HoldsCard(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(member =>
            RawCardMembers.Contains(member.Name, StringComparer.OrdinalIgnoreCase)
            || (!IdMembers.Contains(member.Name) && HoldsCard(member.Value))),
        JsonValueKind.Array => element.EnumerateArray().Any(HoldsCard),
        JsonValueKind.String => IsCardNumber(element.GetString()!),
        JsonValueKind.Number => IsCardNumber(element.GetRawText()),
        _ => false,
    };

    // 12 to 19 digits, perhaps grouped, whose check digit is right.
    private static bool IsCardNumber(string text)
    {
        var sum = 0;
        var count = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] is ' ' or '-')
                continue;
            if (!char.IsAsciiDigit(text[i]))
                return false;
            var digit = (text[i] - '0') * (count++ % 2 == 0 ? 1 : 2);
            sum += digit > 9 ? digit - 9 : digit;
        }
        return count is >= 12 and <= 19 && sum % 10 == 0;
    }
}
