namespace PaymentPipeline.Core.Payments;

/// <summary>
/// Which status may follow which. The fold does not ask: the order of its rules makes these moves and no other, which the
/// property tests prove and <c>verify</c> checks in the books (invariant I8).
/// </summary>
public static class PaymentStatusMoves
{
    public static bool IsAllowed(PaymentStatus from, PaymentStatus to) => from == to || from switch
    {
        // Nothing is held yet. FAILED is among them: a gateway may refuse and then grant, or a capture that failed be made again.
        PaymentStatus.RequiresPaymentMethod or PaymentStatus.RequiresConfirmation or PaymentStatus.RequiresAction
            or PaymentStatus.Processing or PaymentStatus.Failed => true,

        // A late word from before the money never counts.
        PaymentStatus.Authorized => to == PaymentStatus.Canceled || IsAfterMoney(to),
        PaymentStatus.Canceled => IsAfterMoney(to),

        // SUCCEEDED may have been inferred from a refund that never succeeded; what is told then counts.
        PaymentStatus.Succeeded => to is PaymentStatus.Authorized or PaymentStatus.Canceled || IsAfterMoney(to),

        // Backwards among these only as captures or refunds fail, or as more turns out to be captured.
        PaymentStatus.PartiallyCaptured or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded => IsAfterMoney(to),
        _ => throw new System.Diagnostics.UnreachableException($"Payment status {from} has no moves."),
    };

    private static bool IsAfterMoney(PaymentStatus status) => status is PaymentStatus.PartiallyCaptured or PaymentStatus.Succeeded
        or PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded or PaymentStatus.Failed;
}
