using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentPipeline.Api.Requests;

namespace PaymentPipeline.Api.Refunds;

/// <summary>Body of <c>POST /v1/refunds</c>.</summary>
internal sealed record CreateRefundRequest : IJsonRequest<CreateRefundRequest>
{
    public static JsonTypeInfo<CreateRefundRequest> TypeInfo => RefundRequestJson.Default.CreateRefundRequest;

    public required string PaymentId { get; init; }

    /// <summary>Minor units; absent: all that is left.</summary>
    public long? Amount { get; init; }

    /// <summary>duplicate, fraudulent or requested_by_customer.</summary>
    public string? Reason { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CreateRefundRequest))]
internal sealed partial class RefundRequestJson : JsonSerializerContext;
