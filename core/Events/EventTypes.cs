using System.Collections.Frozen;

namespace PaymentPipeline.Core.Events;

/// <summary>The names of the outgoing events. Public contract: described in docs/events, with a JSON Schema for each.</summary>
public static class EventTypes
{
    public const string PaymentRequiresAction = "PaymentRequiresAction";
    public const string PaymentAuthorized = "PaymentAuthorized";
    public const string PaymentCaptured = "PaymentCaptured";
    public const string PaymentSucceeded = "PaymentSucceeded";
    public const string PaymentFailed = "PaymentFailed";
    public const string PaymentCanceled = "PaymentCanceled";
    public const string RefundInitiated = "RefundInitiated";
    public const string RefundProcessed = "RefundProcessed";
    public const string RefundFailed = "RefundFailed";
    public const string DisputeOpened = "DisputeOpened";
    public const string DisputeClosed = "DisputeClosed";
    public const string PaymentMethodAdded = "PaymentMethodAdded";
    public const string PaymentMethodUpdated = "PaymentMethodUpdated";
    public const string PaymentMethodRemoved = "PaymentMethodRemoved";
    public const string DefaultPaymentMethodChanged = "DefaultPaymentMethodChanged";
    public const string PayoutSettled = "PayoutSettled";

    public static FrozenSet<string> All { get; } = FrozenSet.ToFrozenSet(
        [
            PaymentRequiresAction, PaymentAuthorized, PaymentCaptured, PaymentSucceeded, PaymentFailed, PaymentCanceled,
            RefundInitiated, RefundProcessed, RefundFailed, DisputeOpened, DisputeClosed,
            PaymentMethodAdded, PaymentMethodUpdated, PaymentMethodRemoved, DefaultPaymentMethodChanged, PayoutSettled,
        ], StringComparer.Ordinal);
}
