using System.Text.Json.Serialization;
using PaymentPipeline.Api.Payments;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Api.PaymentMethods;

/// <summary>A stored way to pay as the API shows it: the gateway's token stays with us.</summary>
internal sealed record MethodResource
{
    public required string PaymentMethodId { get; init; }
    public required string? UserId { get; init; }
    public required string Gateway { get; init; }
    public required string Account { get; init; }
    public string? Brand { get; init; }
    public string? Last4 { get; init; }
    public int? ExpMonth { get; init; }
    public int? ExpYear { get; init; }
    public required bool IsDefault { get; init; }

    public static MethodResource Of(PaymentMethod method) => new()
    {
        PaymentMethodId = IdOf(method.Id),
        UserId = method.UserId,
        Gateway = method.Gateway,
        Account = method.Account,
        Brand = method.Brand,
        Last4 = method.Last4,
        ExpMonth = method.ExpiryMonth,
        ExpYear = method.ExpiryYear,
        IsDefault = method.IsDefault,
    };

    public static string IdOf(Guid id) => Identifiers.Format(Identifiers.PaymentMethodPrefix, id);
}

/// <summary>A set-up that the payer has to finish; PaymentMethodAdded tells when it is done.</summary>
internal sealed record SetUpResource
{
    public required string UserId { get; init; }
    public required string Gateway { get; init; }
    public required string Status { get; init; }
    public string? ClientSecret { get; init; }
    public NextActionResource? NextAction { get; init; }
}

internal sealed record MethodList(IReadOnlyList<MethodResource> Items);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MethodResource))]
[JsonSerializable(typeof(MethodList))]
[JsonSerializable(typeof(SetUpResource))]
internal sealed partial class MethodJson : JsonSerializerContext;
