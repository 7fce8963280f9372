using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentPipeline.Gateways.Adyen;

/// <summary>The bodies that we send, by the names of Checkout v72. What is null is left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AdyenPaymentBody))]
[JsonSerializable(typeof(AdyenDetailsBody))]
[JsonSerializable(typeof(AdyenModificationBody))]
[JsonSerializable(typeof(AdyenStoreBody))]
internal sealed partial class AdyenJson : JsonSerializerContext;

/// <param name="Value">As Adyen writes minor units, see <see cref="Core.Currencies"/>.</param>
internal sealed record AdyenAmount(string Currency, long Value);

/// <summary>Of <c>/payments</c>, and without a payment method of <c>/sessions</c>.</summary>
internal sealed record AdyenPaymentBody
{
    public required string MerchantAccount { get; init; }
    public required AdyenAmount Amount { get; init; }
    public required string Reference { get; init; }
    public required string ReturnUrl { get; init; }
    public JsonElement? PaymentMethod { get; init; }
    public string? MerchantOrderReference { get; init; }
    public int? CaptureDelayHours { get; init; }
    public IReadOnlyDictionary<string, string>? AdditionalData { get; init; }
    public string? Channel { get; init; }
    public string? CountryCode { get; init; }
    public string? ShopperReference { get; init; }
    public string? ShopperInteraction { get; init; }
    public string? RecurringProcessingModel { get; init; }
    public bool? StorePaymentMethod { get; init; }
    public string? StorePaymentMethodMode { get; init; }
    public string? ShopperEmail { get; init; }

    [JsonPropertyName("shopperIP")]
    public string? ShopperIp { get; init; }
    public AdyenName? ShopperName { get; init; }
    public string? TelephoneNumber { get; init; }
    public AdyenAddress? BillingAddress { get; init; }
    public AdyenAddress? DeliveryAddress { get; init; }
    public IReadOnlyList<AdyenLineItem>? LineItems { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

internal sealed record AdyenName(string FirstName, string LastName);

internal sealed record AdyenAddress
{
    public required string Street { get; init; }
    public required string HouseNumberOrName { get; init; }
    public required string City { get; init; }
    public required string PostalCode { get; init; }
    public required string Country { get; init; }
    public string? StateOrProvince { get; init; }
}

internal sealed record AdyenLineItem(string Description, string? Sku, int Quantity, long AmountIncludingTax, long? TaxAmount);

internal sealed record AdyenDetailsBody(IReadOnlyDictionary<string, string> Details, string? PaymentData);

/// <summary>Of captures, cancels and refunds.</summary>
internal sealed record AdyenModificationBody
{
    public required string MerchantAccount { get; init; }
    public required string Reference { get; init; }
    public AdyenAmount? Amount { get; init; }
    public string? MerchantRefundReason { get; init; }
}

internal sealed record AdyenStoreBody
{
    public required string MerchantAccount { get; init; }
    public required string ShopperReference { get; init; }
    public required string RecurringProcessingModel { get; init; }
    public required JsonElement PaymentMethod { get; init; }
    public string? ShopperEmail { get; init; }

    [JsonPropertyName("shopperIP")]
    public string? ShopperIp { get; init; }
}
