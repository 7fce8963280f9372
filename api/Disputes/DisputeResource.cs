using System.Text.Json.Serialization;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage;

namespace PaymentPipeline.Api.Disputes;

/// <summary>A dispute as the API shows it. The amount is in minor units.</summary>
internal sealed record DisputeResource
{
    public required string DisputeId { get; init; }
    public required string PaymentId { get; init; }
    public required string Gateway { get; init; }
    public required string GatewayDisputeId { get; init; }

    /// <summary>OPENED, FUNDS_WITHDRAWN, FUNDS_REINSTATED, LOST or WON.</summary>
    public required string Status { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public string? Reason { get; init; }

    /// <summary>The gateway's time of the newest news.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    public static DisputeResource Of(DisputeView dispute) => new()
    {
        DisputeId = Identifiers.Format(Identifiers.DisputePrefix, dispute.Id),
        PaymentId = GatewayCalling.PublicIdOf(dispute.PaymentId),
        Gateway = dispute.Gateway,
        GatewayDisputeId = dispute.GatewayDisputeId,
        Status = Words.Single(word => word.Status == dispute.Status).Word,
        Amount = dispute.Amount.AmountMinor,
        Currency = dispute.Amount.Currency.Code,
        Reason = dispute.Reason,
        OccurredAt = dispute.OccurredAt,
    };

    /// <summary>The public words of a dispute's statuses.</summary>
    public static IReadOnlyList<(string Word, OperationStatus Status)> Words { get; } =
    [
        ("OPENED", OperationStatus.Opened), ("FUNDS_WITHDRAWN", OperationStatus.FundsWithdrawn),
        ("FUNDS_REINSTATED", OperationStatus.FundsReinstated), ("LOST", OperationStatus.Lost), ("WON", OperationStatus.Won),
    ];
}

internal sealed record DisputePage(IReadOnlyList<DisputeResource> Items, string? NextCursor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DisputeResource))]
[JsonSerializable(typeof(DisputePage))]
internal sealed partial class DisputeJson : JsonSerializerContext;
