using System.Text.Json;
using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Gateways;
using PaymentPipeline.Storage;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Api.Refunds;

/// <summary>A refund as the API shows it. The amount is in minor units.</summary>
internal sealed record RefundResource
{
    public required string RefundId { get; init; }
    public required string PaymentId { get; init; }

    /// <summary>PENDING, SUCCEEDED or FAILED.</summary>
    public required string Status { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public string? Reason { get; init; }

    /// <summary>The gateway's id of the refund; absent while the gateway has not named it.</summary>
    public string? GatewayRefundId { get; init; }
    public Payments.FailureResource? Failure { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public static string IdOf(ApiOperation operation) => Identifiers.Format(Identifiers.RefundPrefix, operation.Id);

    /// <param name="operation">With its request, which says why.</param>
    public static RefundResource Of(ApiOperation operation) => new()
    {
        RefundId = IdOf(operation),
        PaymentId = GatewayCalling.PublicIdOf(operation.PaymentId),
        Status = operation.State switch
        {
            ApiOperationState.Succeeded => "SUCCEEDED",
            ApiOperationState.Failed => "FAILED",
            _ => "PENDING",
        },
        Amount = operation.Amount.AmountMinor,
        Currency = operation.Amount.Currency.Code,
        Reason = JsonSerializer.Deserialize(operation.Request, StoredJson.Default.StoredRefund)?.Reason,
        GatewayRefundId = operation.GatewayReference,
        CreatedAt = operation.StartedAt,
    };

    public static RefundResource Of(RefundView refund) => new()
    {
        RefundId = Identifiers.Format(Identifiers.RefundPrefix, refund.Id),
        PaymentId = GatewayCalling.PublicIdOf(refund.PaymentId),
        Status = refund.Status switch
        {
            OperationStatus.Succeeded => "SUCCEEDED",
            OperationStatus.Failed => "FAILED",
            _ => "PENDING",
        },
        Amount = refund.Amount.AmountMinor,
        Currency = refund.Amount.Currency.Code,
        Reason = refund.Reason,
        GatewayRefundId = refund.GatewayReference,
        Failure = refund is { Status: OperationStatus.Failed, FailureCode: { } code }
            ? Payments.FailureResource.Of(new GatewayFailure(code, Message: refund.FailureMessage))
            : null,
        CreatedAt = refund.CreatedAt,
    };
}
