using PaymentPipeline.Api.Operations;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;
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

    /// <summary>The payment's status after it.</summary>
    public required string PaymentStatus { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    public static string IdOf(ApiOperation operation) => Identifiers.Format(Identifiers.RefundPrefix, operation.Id);

    public static RefundResource Of(ApiOperation operation, Payment payment) => new()
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
        GatewayRefundId = operation.GatewayReference,
        PaymentStatus = PaymentStatusNames.Of(payment.Status),
        CreatedAt = operation.StartedAt,
    };
}
