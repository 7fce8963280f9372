using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace PaymentPipeline.Gateways.Tests.Adyen;

/// <summary>Makes requests as Adyen does, with the signature computed here from its description and not by our own code.</summary>
internal static class AdyenRequest
{
    public const string Key = "0123456789ABCDEF0123456789abcdef0123456789ABCDEF0123456789abcdef";
    public const string OldKey = "FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210FEDCBA9876543210";
    public const string Account = "ExampleShopECOM";

    public static GatewayUnderTest Gateway(params (string Name, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Gateways:Adyen:HmacKeys:0"] = Key,
            ["Gateways:Adyen:MerchantAccount"] = Account,
        };
        foreach (var (name, value) in more)
            settings["Gateways:Adyen:" + name] = value;
        return new GatewayUnderTest("adyen", settings);
    }

    /// <summary>An item, signed; <paramref name="change"/> comes before the signature.</summary>
    public static JsonObject Item(
        string eventCode, bool success = true, string psp = "PSP1", string? original = null,
        Action<JsonObject>? change = null, string key = Key)
    {
        var item = new JsonObject
        {
            ["additionalData"] = new JsonObject(),
            ["amount"] = new JsonObject { ["currency"] = "EUR", ["value"] = 1999 },
            ["eventCode"] = eventCode,
            ["eventDate"] = "2026-11-02T10:00:00+01:00",
            ["merchantAccountCode"] = Account,
            ["merchantReference"] = "ord-1",
            ["paymentMethod"] = "visa",
            ["pspReference"] = psp,
            ["reason"] = "why",
            ["success"] = success ? "true" : "false",
        };
        if (original is not null)
            item["originalReference"] = original;
        change?.Invoke(item);
        item["additionalData"]!["hmacSignature"] = Sign(item, key);
        return item;
    }

    public static string Body(params JsonObject[] items) => Body("false", items);

    public static string Body(string live, params JsonObject[] items) => new JsonObject
    {
        ["live"] = live,
        ["notificationItems"] = new JsonArray([.. items.Select(item => new JsonObject { ["NotificationRequestItem"] = item.DeepClone() })]),
    }.ToJsonString();

    public static string Sign(JsonObject item, string key)
    {
        string Text(JsonNode? node) => node?.ToString() ?? "";
        var amount = item["amount"];
        return Sign(string.Join(':',
            Text(item["pspReference"]), Text(item["originalReference"]), Text(item["merchantAccountCode"]), Text(item["merchantReference"]),
            Text(amount?["value"]), Text(amount?["currency"]), Text(item["eventCode"]), Text(item["success"])), key);
    }

    public static string Sign(string text, string key) =>
        Convert.ToBase64String(HMACSHA256.HashData(Convert.FromHexString(key), Encoding.UTF8.GetBytes(text)));

    public static (string, string)[] Headers(string body) => [("HmacSignature", Sign(body, Key)), ("Protocol", "HmacSHA256")];
}
