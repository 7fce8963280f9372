using System.Globalization;
using System.Text.Json;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>Stored payment methods, in Adyen's words and in ours. Whose they are, Adyen's answer must say as we asked.</summary>
internal static class AdyenStoredMethods
{
    private const string PayerIsPresent = "CardOnFile";

    public static string Query(AdyenApiAccount account, string userId) =>
        $"merchantAccount={Uri.EscapeDataString(account.MerchantAccount)}&shopperReference={Uri.EscapeDataString(userId)}";

    public static AdyenStoreBody Body(SaveMethodCall call, AdyenApiAccount account, JsonElement method) => new()
    {
        MerchantAccount = account.MerchantAccount,
        ShopperReference = call.UserId,
        RecurringProcessingModel = PayerIsPresent,
        PaymentMethod = AdyenToken.Storable(method),
        ShopperEmail = call.Payer?.Email,
        ShopperIp = call.Payer?.IpAddress,
    };

    /// <summary>A session in which nothing is paid and the way to pay is kept.</summary>
    public static AdyenPaymentBody SetUpBody(SaveMethodCall call, AdyenApiAccount account, string returnUrl, Money nothing) => new()
    {
        MerchantAccount = account.MerchantAccount,
        Amount = AdyenPayments.Amount(nothing),

        // The reader of the webhooks knows by it that this is no payment.
        Reference = AdyenReference.OfKey(call.Key),
        ReturnUrl = returnUrl,
        Channel = "Web",
        ShopperReference = call.UserId,
        ShopperInteraction = "Ecommerce",
        RecurringProcessingModel = PayerIsPresent,
        StorePaymentMethodMode = "enabled",
        ShopperEmail = call.Payer?.Email,
        ShopperIp = call.Payer?.IpAddress,
    };

    public static GatewayReply ReadStored(JsonElement root, string account, string userId, DateTimeOffset repliedAt)
    {
        if (root.RequiredText("shopperReference") != userId)
            return AdyenErrors.Mismatched("shopperReference");
        var fact = Attached(root, account, userId, repliedAt);
        return new GatewayReply { Outcome = GatewayOutcome.Accepted, Facts = [fact], GatewayReference = fact.Reference };
    }

    public static GatewayReply ReadList(JsonElement root, string account, string userId, DateTimeOffset repliedAt)
    {
        if (root.RequiredText("shopperReference") != userId)
            return AdyenErrors.Mismatched("shopperReference");
        var list = root.At("storedPaymentMethods");
        if (list.Exists() && list.ValueKind != JsonValueKind.Array)
            throw new UnreadableWebhookException("\"storedPaymentMethods\" is not a list.");
        var facts = new List<Fact>();
        foreach (var method in list.Exists() ? list.EnumerateArray() : default)
        {
            if (method.Text("shopperReference") is { } other && other != userId)
                return AdyenErrors.Mismatched("shopperReference");
            facts.Add(Attached(method, account, userId, repliedAt));
        }
        return new GatewayReply { Outcome = GatewayOutcome.Accepted, Facts = facts };
    }

    public static Fact Detached(string account, string token, string userId, DateTimeOffset repliedAt) =>
        Token(account, token, userId, FactKind.PaymentMethodDetached, repliedAt);

    private static Fact Attached(JsonElement method, string account, string userId, DateTimeOffset repliedAt)
    {
        var createdAt = GatewaySetup.TryParseInstant(method.Text("createdAt") ?? "", out var instant) ? instant : repliedAt;
        return Token(account, method.RequiredText("id"), userId, FactKind.PaymentMethodAttached, createdAt) with
        {
            Details = new FactDetails
            {
                Brand = method.Text("brand") ?? method.Text("type"),
                Last4 = method.Text("lastFour"),
                ExpiryMonth = Number(method.Text("expiryMonth")),

                // Written with two digits and with four.
                ExpiryYear = Number(method.Text("expiryYear")) is { } year ? year < 100 ? 2000 + year : year : null,
            },
        };
    }

    private static Fact Token(string account, string token, string userId, FactKind kind, DateTimeOffset at) => new()
    {
        Gateway = "adyen",
        Account = account,
        Kind = kind,
        Key = FactKey.Of(kind, token),
        Reference = token,
        Aliases = [token],
        FoundsPayment = true,
        OccurredAt = at,
        UserId = userId,
    };

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
