namespace PaymentPipeline.Core.Payments;

/// <summary>The words of the API and of payment.events; written in capitals there (<see cref="PaymentStatusNames"/>).</summary>
public enum PaymentStatus
{
    RequiresPaymentMethod,
    RequiresConfirmation,
    RequiresAction,
    Processing,
    Authorized,
    PartiallyCaptured,
    Succeeded,
    PartiallyRefunded,
    Refunded,
    Canceled,
    Failed,
}

public static class PaymentStatusNames
{
    /// <summary>The public word, "PARTIALLY_CAPTURED".</summary>
    public static string Of(PaymentStatus status) => status switch
    {
        PaymentStatus.RequiresPaymentMethod => "REQUIRES_PAYMENT_METHOD",
        PaymentStatus.RequiresConfirmation => "REQUIRES_CONFIRMATION",
        PaymentStatus.RequiresAction => "REQUIRES_ACTION",
        PaymentStatus.Processing => "PROCESSING",
        PaymentStatus.Authorized => "AUTHORIZED",
        PaymentStatus.PartiallyCaptured => "PARTIALLY_CAPTURED",
        PaymentStatus.Succeeded => "SUCCEEDED",
        PaymentStatus.PartiallyRefunded => "PARTIALLY_REFUNDED",
        PaymentStatus.Refunded => "REFUNDED",
        PaymentStatus.Canceled => "CANCELED",
        PaymentStatus.Failed => "FAILED",
        _ => throw new System.Diagnostics.UnreachableException($"Payment status {status} has no public name."),
    };
}
