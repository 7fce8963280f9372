using System.Text.Json.Serialization;

namespace PaymentPipeline.Gateways.PayPal;

// The bodies of our requests: the members that we use, of the many that PayPal's descriptions have.

internal sealed record PayPalAmount(string CurrencyCode, string Value, PayPalBreakdown? Breakdown = null);

internal sealed record PayPalBreakdown(PayPalAmount ItemTotal, PayPalAmount? TaxTotal = null);

internal sealed record PayPalItem(string Name, string Quantity, PayPalAmount UnitAmount, string? Sku = null);

internal sealed record PayPalName(string FullName);

internal sealed record PayPalAddress(
    string CountryCode,
    [property: JsonPropertyName("address_line_1")] string? Line1,
    [property: JsonPropertyName("address_line_2")] string? Line2,
    [property: JsonPropertyName("admin_area_2")] string? City,
    [property: JsonPropertyName("admin_area_1")] string? Region,
    string? PostalCode);

internal sealed record PayPalShipping(PayPalName? Name, PayPalAddress Address);

internal sealed record PayPalUnit(
    string ReferenceId, string CustomId, string InvoiceId, string? Description, PayPalAmount Amount, IReadOnlyList<PayPalItem>? Items,
    PayPalShipping? Shipping);

/// <param name="ShippingPreference">SET_PROVIDED_ADDRESS, or null for PayPal's default.</param>
internal sealed record PayPalExperience(string ReturnUrl, string CancelUrl, string? ShippingPreference = null);

internal sealed record PayPalCustomer(string Id);

internal sealed record PayPalVaulting(string StoreInVault, string UsageType);

internal sealed record PayPalAttributes(PayPalVaulting Vault, PayPalCustomer? Customer);

internal sealed record PayPalStoredCredential(string PaymentInitiator, string PaymentType, string Usage);

internal sealed record PayPalToken(string Id, string Type);

/// <summary>A wallet or a card: one that is in the vault, or one that the payer chooses.</summary>
internal sealed record PayPalInstrument(
    string? VaultId = null, PayPalExperience? ExperienceContext = null, PayPalAttributes? Attributes = null,
    PayPalStoredCredential? StoredCredential = null, string? UsageType = null);

internal sealed record PayPalSource(
    PayPalInstrument? Paypal = null, PayPalInstrument? Card = null, PayPalInstrument? Venmo = null, PayPalToken? Token = null);

internal sealed record PayPalOrderBody(string Intent, IReadOnlyList<PayPalUnit> PurchaseUnits, PayPalSource? PaymentSource);

/// <summary>Of an order's capture and authorisation: empty where the payer has chosen the source.</summary>
internal sealed record PayPalCompletionBody(PayPalSource? PaymentSource);

internal sealed record PayPalCaptureBody(PayPalAmount Amount, string InvoiceId, bool FinalCapture);

internal sealed record PayPalRefundBody(PayPalAmount Amount, string CustomId, string InvoiceId, string? NoteToPayer);

/// <summary>Of setup tokens and payment tokens.</summary>
internal sealed record PayPalVaultBody(PayPalSource PaymentSource, PayPalCustomer? Customer);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PayPalOrderBody))]
[JsonSerializable(typeof(PayPalCompletionBody))]
[JsonSerializable(typeof(PayPalCaptureBody))]
[JsonSerializable(typeof(PayPalRefundBody))]
[JsonSerializable(typeof(PayPalVaultBody))]
internal sealed partial class PayPalBodiesJson : JsonSerializerContext;
