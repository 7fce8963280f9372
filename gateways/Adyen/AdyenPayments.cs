using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using PaymentPipeline.Core;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>Our payments in Adyen's words: the bodies of <c>/payments</c> and <c>/sessions</c>.</summary>
internal static class AdyenPayments
{
    public const int UserIdLengthMin = 3;
    private const int UserIdLengthMax = 256;

    // Adyen's limits of metadata; the payment keeps all of it with us.
    private const int MetadataMax = 20;
    private const int MetadataNameLengthMax = 20;
    private const int MetadataValueLengthMax = 80;

    private static readonly Dictionary<string, string> ManualCapture = new() { ["manualCapture"] = "true" };

    /// <summary>Why the call cannot be worded for Adyen; null when it can.</summary>
    public static string? ProblemOf(CreatePaymentCall call, string? returnUrl)
    {
        if (returnUrl is null)
            return "returnUrl is missing: Adyen takes no payment without one.";
        var needsUser = call.SaveMethod || (call.Token is { } token && !AdyenToken.IsObject(token));
        return needsUser ? ProblemOfUser(call.UserId) : null;
    }

    public static string? ProblemOfUser(string? userId) => IsUser(userId) ? null : "userId is missing, or not of 3 to 256 characters.";

    /// <summary>A confirmation with a token, which for Adyen is the payment itself.</summary>
    public static CreatePaymentCall Of(ConfirmPaymentCall call) => new()
    {
        Account = call.Account,
        Key = call.Key,
        PaymentId = call.PaymentId,
        Amount = call.Amount,
        CaptureMethod = call.CaptureMethod,
        OrderId = "",
        UserId = call.UserId,
        Token = call.Token,
        TokenIsStored = call.TokenIsStored,
        ReturnUrl = call.ReturnUrl,
        Confirm = true,
    };

    /// <param name="method">What pays; null for a session, in which the payer chooses.</param>
    public static bool TryWord(
        CreatePaymentCall call, AdyenApiAccount account, JsonElement? method,
        [NotNullWhen(true)] out AdyenPaymentBody? body, out string problem)
    {
        body = null;
        problem = "";
        try
        {
            body = Body(call, account, method);
            return true;
        }
        catch (FormatException exception)
        {
            problem = exception.Message;
            return false;
        }
    }

    /// <exception cref="FormatException">Adyen has no decimals that fine.</exception>
    public static AdyenAmount Amount(Money amount) => new(amount.Currency.Code, Currencies.ToGatewayMinor("adyen", amount));

    private static AdyenPaymentBody Body(CreatePaymentCall call, AdyenApiAccount account, JsonElement? method)
    {
        var isStored = call.Token is { } token && !AdyenToken.IsObject(token);
        var saves = call.SaveMethod && !isStored;
        return new AdyenPaymentBody
        {
            MerchantAccount = account.MerchantAccount,
            Amount = Amount(call.Amount),
            Reference = AdyenReference.Of(call.PaymentId, call.CaptureMethod),
            ReturnUrl = (call.ReturnUrl ?? account.ReturnUrl)!,
            PaymentMethod = method,
            MerchantOrderReference = call.OrderId.Length > 0 ? call.OrderId : null,
            CaptureDelayHours = call.CaptureMethod == CaptureMethod.Automatic ? 0 : null,

            // Without this an account that is set to capture by itself would, though manual capture was asked for.
            AdditionalData = call.CaptureMethod == CaptureMethod.Manual ? ManualCapture : null,
            Channel = call.PayerIsPresent ? "Web" : null,
            CountryCode = Country(call.Billing ?? call.Shipping),
            ShopperReference = IsUser(call.UserId) ? call.UserId : null,
            ShopperInteraction = isStored ? "ContAuth" : "Ecommerce",
            RecurringProcessingModel = !isStored && !saves ? null : call.PayerIsPresent ? "CardOnFile" : "UnscheduledCardOnFile",
            StorePaymentMethod = saves && method is not null ? true : null,
            StorePaymentMethodMode = saves && method is null ? "enabled" : null,
            ShopperEmail = call.Payer?.Email,
            ShopperIp = call.Payer?.IpAddress,
            ShopperName = Name(call.Payer?.Name),
            TelephoneNumber = call.Payer?.Phone,
            BillingAddress = Address(call.Billing),
            DeliveryAddress = Address(call.Shipping),
            LineItems = call.LineItems.Count == 0 ? null : [.. call.LineItems.Select(item => LineItem(item, call.Amount.Currency))],
            Metadata = Metadata(call.Metadata),
        };
    }

    private static bool IsUser(string? userId) => userId?.Length is >= UserIdLengthMin and <= UserIdLengthMax;

    private static string? Country(PostalAddress? address) => string.IsNullOrEmpty(address?.Country) ? null : address.Country;

    private static AdyenName? Name(string? name)
    {
        var parts = (name ?? "").Trim().Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length == 2 && parts.All(part => part.Length <= 80) ? new AdyenName(parts[0], parts[1]) : null;
    }

    // Adyen takes an address whole or not at all; N/A and ZZ are its words for what is not known.
    private static AdyenAddress? Address(PostalAddress? address)
    {
        const string NotKnown = "N/A";
        if (address is null || new[] { address.Line1, address.City, address.PostalCode }.All(string.IsNullOrEmpty))
            return null;
        return new AdyenAddress
        {
            Street = Or(string.Join(", ", new[] { address.Line1, address.Line2 }.Where(line => !string.IsNullOrEmpty(line))), NotKnown),
            HouseNumberOrName = NotKnown,
            City = Or(address.City, NotKnown),
            PostalCode = address.PostalCode is { Length: > 0 and <= 10 } code ? code : NotKnown,
            Country = Or(address.Country, "ZZ"),
            StateOrProvince = address.Region is { Length: > 0 and <= 3 } region ? region : null,
        };
    }

    private static string Or(string? text, string otherwise) => string.IsNullOrEmpty(text) ? otherwise : text;

    private static AdyenLineItem LineItem(LineItem item, Currency currency) => new(
        item.Name, item.Sku, item.Quantity, Minor(item.UnitAmount, currency), item.TaxAmount is { } tax ? Minor(tax, currency) : null);

    private static long Minor(long amount, Currency currency) => Currencies.ToGatewayMinor("adyen", new Money(amount, currency));

    private static Dictionary<string, string>? Metadata(IReadOnlyDictionary<string, string> metadata)
    {
        var taken = metadata
            .Where(pair => pair.Key.Length is > 0 and <= MetadataNameLengthMax && pair.Value.Length <= MetadataValueLengthMax)
            .Take(MetadataMax).ToDictionary(StringComparer.Ordinal);
        return taken.Count == 0 ? null : taken;
    }
}
