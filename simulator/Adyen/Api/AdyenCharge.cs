using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>One payment in Adyen's books: its money never exceeds what was authorised, whatever is asked.</summary>
internal sealed class AdyenCharge
{
    private long _captured, _refunded;
    private bool _isAuthorised, _isReleased;

    public required string Psp { get; init; }

    /// <summary>The merchant's; echoed by webhooks.</summary>
    public required string Reference { get; init; }
    public required AdyenMethod Method { get; init; }
    public required Denomination Currency { get; init; }

    /// <summary>ISO minor units, as everywhere but on the wire.</summary>
    public required long Amount { get; init; }
    public string? Shopper { get; init; }

    /// <summary>captureDelayHours 0: the authorisation takes the money, and no CAPTURE is told.</summary>
    public bool CapturesAtOnce { get; init; }
    public required PaymentTruth Truth { get; init; }

    public bool IsCaptured => _captured > 0;
    public long Refundable => _captured - _refunded;
    private long Open => _isAuthorised && !_isReleased ? Amount - _captured : 0;

    public void Authorise()
    {
        _isAuthorised = true;
        Truth.Authorise();
        if (!CapturesAtOnce) return;
        _captured = Amount;
        Truth.Capture(Psp, Amount);
    }

    public void Refuse() => Truth.FailAttempt(Psp, retryable: false);

    /// <summary>Why not; null when it is done.</summary>
    public string? Capture(string id, long amount)
    {
        Truth.AlsoKnownAs(id);
        if (amount > Open)
        {
            Truth.RefuseCapture(id);
            return _isAuthorised && !_isReleased ? "Insufficient balance on payment" : "Transaction cannot be captured";
        }
        _captured += amount;
        Truth.Capture(id, amount);
        return null;
    }

    /// <summary>Releases what is not captured.</summary>
    public string? Cancel(string id)
    {
        Truth.AlsoKnownAs(id);
        if (Open == 0) return _isReleased ? "Transaction is already cancelled" : "Transaction cannot be cancelled";
        _isReleased = true;
        Truth.Void();
        return null;
    }

    public string? Refund(string id, long amount)
    {
        var isDone = amount <= Refundable;
        if (isDone) _refunded += amount;

        // "received" is told at once, by the answer.
        Truth.Refund(id, amount, "pending");
        Truth.Refund(id, amount, isDone ? "succeeded" : "failed");
        return isDone ? null : "Insufficient balance on payment";
    }

    /// <summary>The shopper's bank sent the money back.</summary>
    public void FailRefund(string id, long amount)
    {
        _refunded -= amount;
        Truth.Refund(id, amount, "failed");
    }

    /// <summary>The scheme rejected what was captured.</summary>
    public void FailCapture(string id, long amount)
    {
        _captured -= amount;
        Truth.FailCapture(id);
    }
}
