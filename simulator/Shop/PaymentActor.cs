namespace PaymentPipeline.Simulator.Shop;

/// <summary>
/// One payment at one gateway: each step tells the webhooks that the real gateway sends for it, and enters the truth.
/// <see cref="PaymentScript"/> decides which steps come.
/// </summary>
internal abstract class PaymentActor(Life life, PaymentTruth truth)
{
    protected Life Life { get; } = life;
    public PaymentTruth Truth { get; } = truth;

    /// <summary>The order is placed; nothing is paid yet.</summary>
    public abstract void Open();

    /// <summary>The payer must act (3-D Secure, a redirect), where the gateway tells that.</summary>
    public abstract void RequireAction();

    /// <summary>The money is on its way (bank debit, e-cheque).</summary>
    public abstract void Process();

    /// <summary>A declined attempt. The payer may try again: on the actor returned.</summary>
    public abstract PaymentActor FailAttempt();

    public abstract void TakeAtOnce();
    public abstract void Authorise();
    public abstract void Capture(long amount, bool isFinal);
    public abstract void RefuseCapture(long amount);
    public abstract void FailLastCapture();
    public abstract void Cancel();
    public abstract void Expire();

    /// <summary>The payer never comes back.</summary>
    public abstract void Abandon();

    public abstract void Refund(long amount, RefundCourse course);
    public abstract void Dispute(DisputeCourse course);
    public abstract void WarnOfFraud();

    /// <summary>Which steps the gateway knows at all.</summary>
    public virtual bool CanRefuseCapture => false;
    public virtual bool CanFailCapture => false;
    public virtual bool CanWaitForRefund => true;
}

internal enum RefundCourse { AtOnce, PendingThenDone, StaysPending, DoneThenFails, Refused }

internal enum DisputeCourse { Inquiry, Won, Lost }
