using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>Body of <c>POST /v1/payment-methods</c>: what the gateway's client-side library made, never a card number.</summary>
internal sealed record SaveMethodRequest : IJsonRequest<SaveMethodRequest>
{
    public static JsonTypeInfo<SaveMethodRequest> TypeInfo => MethodRequestJson.Default.SaveMethodRequest;

    public required string UserId { get; init; }
    public required string Gateway { get; init; }

    /// <summary>One of the shop's accounts at the gateway; absent: its first.</summary>
    public string? Account { get; init; }

    /// <summary>Absent: begins a set-up that the payer finishes with the gateway's client-side library or on its page.</summary>
    public string? Token { get; init; }
    public string? ReturnUrl { get; init; }

    /// <summary>Use it when nothing else is chosen.</summary>
    public bool? IsDefault { get; init; }
    public string? Email { get; init; }
    public string? Name { get; init; }
}

/// <summary>Body of <c>PATCH /v1/payment-methods/{id}</c>.</summary>
internal sealed record ChangeMethodRequest : IJsonRequest<ChangeMethodRequest>
{
    public static JsonTypeInfo<ChangeMethodRequest> TypeInfo => MethodRequestJson.Default.ChangeMethodRequest;

    public required bool IsDefault { get; init; }
}

/// <summary>Body of <c>PUT /v1/users/{userId}/default-payment-method</c>.</summary>
internal sealed record ChooseDefaultRequest : IJsonRequest<ChooseDefaultRequest>
{
    public static JsonTypeInfo<ChooseDefaultRequest> TypeInfo => MethodRequestJson.Default.ChooseDefaultRequest;

    /// <summary>Null: none is the default any more.</summary>
    public required string? PaymentMethodId { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SaveMethodRequest))]
[JsonSerializable(typeof(ChangeMethodRequest))]
[JsonSerializable(typeof(ChooseDefaultRequest))]
internal sealed partial class MethodRequestJson : JsonSerializerContext;
