using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Operations;

/// <summary>Why an operation may not begin.</summary>
/// <param name="Code">Stable and public: payment_state, amount_too_large, operation_in_progress, nothing_left, already_canceled.</param>
/// <param name="Detail">A sentence for the caller, with the amounts in minor units.</param>
public sealed record OperationRefusal(string Code, string Detail);

/// <summary>What may begin on a payment as it stands, with what is reserved already. Pure; PostgreSQL's CHECKs stand behind it.</summary>
public static class OperationRules
{
    /// <summary>The one refusal that is not the last word: it is not kept with the key, so that the same request may come again.</summary>
    public const string InProgress = "operation_in_progress";

    /// <summary>Null when the operation may begin, with the amount to reserve in <paramref name="amount"/> (minor units).</summary>
    public static OperationRefusal? Check(ApiOperationKind kind, PaymentSnapshot snapshot, long? wanted, out long amount)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var payment = snapshot.Payment;
        amount = payment.Amount;
        if (snapshot.IsCancelling)
            return new(InProgress, "The payment is being cancelled.");
        return kind switch
        {
            ApiOperationKind.Confirm => Confirm(payment),
            ApiOperationKind.Capture => Capture(snapshot, wanted, out amount),
            ApiOperationKind.Cancel => Cancel(snapshot),
            ApiOperationKind.Refund => Refund(snapshot, wanted, out amount),
            _ => null,
        };
    }

    /// <summary>Null when no other operation under way forbids this one to begin.</summary>
    /// <param name="others">Operations of the payment that are not final, and a final capture if one succeeded.</param>
    internal static OperationRefusal? InTheWay(ApiOperationKind kind, IReadOnlyList<StoredOperation> others)
    {
        foreach (var other in others)
        {
            if (kind == ApiOperationKind.Capture && other is { Kind: ApiOperationKind.Capture, IsFinalCapture: true })
                return new("nothing_left", "The last capture of the payment was made: it released the rest.");
            if (kind is ApiOperationKind.Confirm or ApiOperationKind.Cancel && other is { IsOpen: true, Kind: not ApiOperationKind.Refund })
                return new(InProgress, "Another operation of the payment is under way.");
        }
        return null;
    }

    private static OperationRefusal? Confirm(Payment payment) =>
        payment.Status is PaymentStatus.RequiresPaymentMethod or PaymentStatus.RequiresConfirmation or PaymentStatus.RequiresAction
            ? null
            : State(payment, "confirmed");

    private static OperationRefusal? Capture(PaymentSnapshot snapshot, long? wanted, out long amount)
    {
        var payment = snapshot.Payment;
        var left = payment.AmountAuthorized - payment.AmountCaptured - snapshot.CaptureReserved;
        amount = wanted ?? left;
        if (!HoldsMore(payment)) return State(payment, "captured");
        return Within(amount, left, snapshot.CaptureReserved, "capture");
    }

    /// <summary>Money given back says nothing of what is still held: a gateway with several captures goes on with the rest.</summary>
    private static bool HoldsMore(Payment payment) => payment.Status switch
    {
        PaymentStatus.Authorized or PaymentStatus.PartiallyCaptured => true,
        PaymentStatus.PartiallyRefunded or PaymentStatus.Refunded =>
            payment.AmountAuthorized > payment.AmountCaptured && !payment.IsVoided,
        _ => false,
    };

    private static OperationRefusal? Cancel(PaymentSnapshot snapshot)
    {
        if (snapshot.Payment.Status == PaymentStatus.Canceled) return new("already_canceled", "The payment is cancelled.");
        if (snapshot.CaptureReserved > 0) return new(InProgress, "A capture of the payment is under way.");
        return snapshot.Payment.AmountCaptured == 0 && snapshot.Payment.Status is not (PaymentStatus.Failed or PaymentStatus.Succeeded)
            ? null
            : State(snapshot.Payment, "cancelled");
    }

    private static OperationRefusal? Refund(PaymentSnapshot snapshot, long? wanted, out long amount)
    {
        var payment = snapshot.Payment;
        var left = payment.AmountCaptured - payment.AmountRefunded - payment.AmountRefundPending - snapshot.RefundReserved;
        amount = wanted ?? left;
        return payment.AmountCaptured == 0 ? State(payment, "refunded") : Within(amount, left, snapshot.RefundReserved, "refund");
    }

    private static OperationRefusal? Within(long amount, long left, long reserved, string what)
    {
        // What others hold they may give back, and a webhook that overtook their reply may have counted it twice for a moment.
        if ((left < amount && amount <= left + reserved) || (left <= 0 && reserved > 0))
            return new(InProgress, $"{left} is left to {what} while other operations of the payment are under way.");
        if (left <= 0) return new("nothing_left", $"Nothing is left to {what}.");
        return amount > left ? new("amount_too_large", $"{left} is left to {what}; {amount} was asked for.") : null;
    }

    private static OperationRefusal State(Payment payment, string done) =>
        new("payment_state", $"A payment that is {PaymentStatusNames.Of(payment.Status)} cannot be {done}.");
}
