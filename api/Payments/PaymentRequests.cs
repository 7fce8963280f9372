using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.Payments;

/// <summary>Body of <c>POST /v1/payments</c>.</summary>
internal sealed record CreatePaymentRequest : IJsonRequest<CreatePaymentRequest>
{
    public static JsonTypeInfo<CreatePaymentRequest> TypeInfo => PaymentRequestJson.Default.CreatePaymentRequest;

    /// <summary>The shop's id of the order.</summary>
    public required string OrderId { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217, capitals.</summary>
    public required string Currency { get; init; }

    /// <summary>automatic (default) or manual.</summary>
    public string? CaptureMethod { get; init; }

    /// <summary>The shop's id of the user; absent for a guest.</summary>
    public string? UserId { get; init; }

    /// <summary>A stored method of the user's (<c>pm_…</c>).</summary>
    public string? PaymentMethodId { get; init; }

    /// <summary>What the gateway's client-side library made; needs <see cref="Gateway"/>.</summary>
    public string? Token { get; init; }

    /// <summary>stripe, adyen or paypal; absent: the routing rules choose.</summary>
    public string? Gateway { get; init; }

    /// <summary>How the payer wants to pay (card, paypal, ideal …), for the routing rules.</summary>
    public string? Method { get; init; }

    /// <summary>Confirm at once. Default: true with a method or a token, else false.</summary>
    public bool? Confirm { get; init; }

    /// <summary>Keep the way to pay for later payments of the user.</summary>
    public bool? SaveMethod { get; init; }

    /// <summary>False for payments that the shop starts by itself. Default true.</summary>
    public bool? PayerIsPresent { get; init; }
    public CustomerRequest? Customer { get; init; }
    public AddressRequest? Billing { get; init; }
    public AddressRequest? Shipping { get; init; }
    public IReadOnlyList<LineItemRequest>? LineItems { get; init; }

    /// <summary>Tax within the amount, minor units.</summary>
    public long? TaxAmount { get; init; }

    /// <summary>https; where the payer comes back to after an action.</summary>
    public string? ReturnUrl { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>The payer. Passed on to the gateway, and kept by us only until the outcome is known.</summary>
internal sealed record CustomerRequest
{
    public string? Email { get; init; }
    public string? Name { get; init; }
    public string? Phone { get; init; }
    public string? IpAddress { get; init; }
    public string? UserAgent { get; init; }
}

internal sealed record AddressRequest
{
    public string? Name { get; init; }
    public string? Line1 { get; init; }
    public string? Line2 { get; init; }
    public string? City { get; init; }
    public string? Region { get; init; }
    public string? PostalCode { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; init; }
}

internal sealed record LineItemRequest
{
    public required string Name { get; init; }
    public string? Sku { get; init; }
    public required int Quantity { get; init; }

    /// <summary>Minor units, tax included.</summary>
    public required long UnitAmount { get; init; }
    public long? TaxAmount { get; init; }
}

/// <summary>Body of <c>POST /v1/payments/{id}/confirm</c>.</summary>
internal sealed record ConfirmPaymentRequest : IJsonRequest<ConfirmPaymentRequest>
{
    public static JsonTypeInfo<ConfirmPaymentRequest> TypeInfo => PaymentRequestJson.Default.ConfirmPaymentRequest;

    public string? PaymentMethodId { get; init; }
    public string? Token { get; init; }
    public string? ReturnUrl { get; init; }

    /// <summary>What the payer brought back from an action, by the gateway's names (Adyen: redirectResult, threeDSResult).</summary>
    public IReadOnlyDictionary<string, string>? ActionResult { get; init; }
}

/// <summary>Body of <c>POST /v1/payments/{id}/capture</c>.</summary>
internal sealed record CapturePaymentRequest : IJsonRequest<CapturePaymentRequest>
{
    public static JsonTypeInfo<CapturePaymentRequest> TypeInfo => PaymentRequestJson.Default.CapturePaymentRequest;

    /// <summary>Minor units; absent: all that is left.</summary>
    public long? Amount { get; init; }

    /// <summary>True: no other capture follows and the rest is released. Default: true where the amount is absent.</summary>
    public bool? Final { get; init; }
}

/// <summary>Body of <c>POST /v1/payments/{id}/cancel</c>.</summary>
internal sealed record CancelPaymentRequest : IJsonRequest<CancelPaymentRequest>
{
    public static JsonTypeInfo<CancelPaymentRequest> TypeInfo => PaymentRequestJson.Default.CancelPaymentRequest;

    /// <summary>duplicate, fraudulent, requested_by_customer or abandoned.</summary>
    public string? Reason { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CreatePaymentRequest))]
[JsonSerializable(typeof(ConfirmPaymentRequest))]
[JsonSerializable(typeof(CapturePaymentRequest))]
[JsonSerializable(typeof(CancelPaymentRequest))]
internal sealed partial class PaymentRequestJson : JsonSerializerContext;
