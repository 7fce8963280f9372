using System.Text.Json;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>Where things are in an order.</summary>
internal static class PayPalOrder
{
    /// <summary>False for the short form that PayPal answers when it is not asked for the whole.</summary>
    public static bool IsWhole(JsonElement order) =>
        order.Text("status") is not null && Units(order).Any() && Units(order).All(unit => unit.At("amount").Exists());

    public static IEnumerable<JsonElement> Units(JsonElement order) => Array(order, "purchase_units");

    public static IEnumerable<JsonElement> Authorizations(JsonElement unit) => Array(unit.At("payments"), "authorizations");

    public static IEnumerable<JsonElement> Captures(JsonElement unit) => Array(unit.At("payments"), "captures");

    public static IEnumerable<JsonElement> Refunds(JsonElement unit) => Array(unit.At("payments"), "refunds");

    public static IEnumerable<JsonElement> Array(JsonElement parent, string name) =>
        parent.At(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];
}
