namespace PaymentPipeline.Core.Payments;

/// <summary>What a gateway says has happened, in our terms. The fold alone decides what follows from it.</summary>
public enum FactKind
{
    /// <summary>The payment exists and waits for a way to pay.</summary>
    RequiresPaymentMethod,

    /// <summary>A way to pay is chosen; the payment waits to be confirmed.</summary>
    RequiresConfirmation,

    /// <summary>The payer (or, at PayPal after approval, the merchant) must act: 3-D Secure, redirect.</summary>
    RequiresAction,

    /// <summary>The gateway works on it; the outcome comes later.</summary>
    Processing,

    /// <summary>Money is held. <see cref="Fact.Amount"/> is the whole authorised amount, not an addition to it.</summary>
    Authorized,

    /// <summary>Money is taken. Identified (<see cref="Fact.PartId"/>) or cumulative (<see cref="Fact.IsCumulative"/>).</summary>
    Captured,

    /// <summary>A capture request was refused: it never took money. The authorisation stands.</summary>
    CaptureRefused,

    /// <summary>A capture that had been accepted was undone; with <see cref="Fact.PartId"/>.</summary>
    CaptureFailed,

    /// <summary>The uncaptured rest is released: cancelled, voided or expired.</summary>
    Voided,

    /// <summary>An attempt to pay failed and the gateway says that the payer can try again.</summary>
    AttemptFailed,

    /// <summary>
    /// An attempt to pay failed; nothing says that it can be tried again. Without <see cref="Fact.PartId"/> another fact tells the end of
    /// the attempt (Stripe's charge, whose intent does): it counts for the status and makes no event.
    /// </summary>
    Failed,

    RefundPending,
    RefundSucceeded,

    /// <summary>A refund was refused, cancelled, or failed, perhaps after it had succeeded. The money is back.</summary>
    RefundFailed,

    /// <summary>A question or a claim by the payer; no money moved yet.</summary>
    DisputeOpened,

    /// <summary>The disputed amount was taken from us.</summary>
    DisputeFundsWithdrawn,

    /// <summary>The disputed amount came back, not finally.</summary>
    DisputeFundsReinstated,

    DisputeLost,
    DisputeWon,

    /// <summary>What the gateway keeps; with <see cref="Fact.PartId"/>.</summary>
    Fee,

    /// <summary>The gateway or the scheme suspects fraud. Moves nothing.</summary>
    FraudWarning,

    /// <summary>Names the payment and perhaps aliases; moves nothing.</summary>
    Noted,

    PayoutPending,
    PayoutPaid,

    /// <summary>A payout failed, perhaps after it was paid. The money is back on the gateway balance.</summary>
    PayoutFailed,

    PaymentMethodAttached,
    PaymentMethodUpdated,
    PaymentMethodDetached,
}
