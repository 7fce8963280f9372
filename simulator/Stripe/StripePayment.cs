using System.Globalization;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Stripe;

/// <summary>A payment intent, its charges, refunds and disputes, and the events that Stripe sends for each step.</summary>
internal sealed class StripePayment : PaymentActor, IStripeIntent
{
    private readonly DateTimeOffset _created;
    private long _refundedTotal;

    public StripePayment(Life life, Denomination currency, long amount)
        : base(life, new PaymentTruth
        {
            Gateway = "stripe", Account = life.Account, GatewayPaymentId = Dice.StripeId(life.Random, "pi_"),
            OrderId = life.OrderId, UserId = life.UserId, Currency = currency, Amount = amount,
        })
    {
        _created = life.Now;
        ChargeId = Dice.StripeId(life.Random, "ch_");
        TransactionId = Dice.StripeId(life.Random, "txn_");
        PaymentMethod = Dice.StripeId(life.Random, "pm_");
        Customer = life.UserId is null ? null : Dice.StripeId(life.Random, "cus_");
        Brand = Dice.OneOf(life.Random, "visa", "mastercard", "amex");
        Last4 = Dice.Number(life.Random, 4);
        RiskScore = life.Random.Next(1, 60);
        DisputeFee = 15 * currency.One;
        AcquirerReference = Dice.Number(life.Random, 12);
        Metadata = life.UserId is null
            ? $"{{ \"order_id\": \"{life.OrderId}\" }}"
            : $"{{ \"order_id\": \"{life.OrderId}\", \"user_id\": \"{life.UserId}\" }}";
    }

    public string ChargeId { get; private set; }
    public string? LatestCharge { get; private set; }
    public string TransactionId { get; }
    public string PaymentMethod { get; private set; }
    public string? Customer { get; }
    public string Brand { get; }
    public string Last4 { get; }
    public int RiskScore { get; }
    public string AcquirerReference { get; }
    public string Metadata { get; }
    public string? Decline { get; private set; }
    public string CancellationReason { get; private set; } = "requested_by_customer";
    public bool IsManual { get; private set; }

    /// <summary>Captured so far, in ISO minor units.</summary>
    public long Received { get; private set; }
    public string CreatedUnix => StripeBodies.Unix(_created);
    public string NowUnix => StripeBodies.Unix(Life.Now);
    public string CaptureBeforeUnix => StripeBodies.Unix(_created.AddDays(7));

    /// <summary>Fifteen of the payment's own currency, kept whoever wins.</summary>
    public long DisputeFee { get; }

    public long Wire(long isoMinor) => Truth.Currency.Wire(isoMinor);

    public override void Open() => TellIntent("payment_intent.created", "requires_payment_method");

    public override void RequireAction()
    {
        Truth.RequiresAction();
        TellIntent("payment_intent.requires_action", "requires_action");
    }

    public override void Process()
    {
        Truth.Waits("PROCESSING");
        TellIntent("payment_intent.processing", "processing");
    }

    public override PaymentActor FailAttempt()
    {
        Decline = Dice.OneOf(Life.Random, "insufficient_funds", "generic_decline", "do_not_honor", "expired_card");
        NameCharge();
        Truth.FailAttempt(ChargeId, retryable: true);
        TellCharge("charge.failed", "failed");
        TellIntent("payment_intent.payment_failed", "requires_payment_method");
        (ChargeId, PaymentMethod, Decline) = (Dice.StripeId(Life.Random, "ch_"), Dice.StripeId(Life.Random, "pm_"), null);
        return this;
    }

    public override void TakeAtOnce()
    {
        NameCharge();
        Received = Truth.Amount;
        Truth.Capture($"={Received}", Received);
        TellCharge("charge.succeeded", "succeeded");
        TellIntent("payment_intent.succeeded", "succeeded");
        if (Life.Happens(0.3)) TellCharge("charge.updated", "succeeded");
    }

    public override void Authorise()
    {
        IsManual = true;
        NameCharge();
        Truth.Authorise();
        TellCharge("charge.succeeded", "succeeded");
        TellIntent("payment_intent.amount_capturable_updated", "requires_capture");
    }

    public override void Capture(long amount, bool isFinal)
    {
        Received += amount;
        Truth.Capture($"={Received}", amount);
        TellCharge("charge.captured", "succeeded");
        if (isFinal) TellIntent("payment_intent.succeeded", "succeeded");
        else TellIntent("payment_intent.amount_capturable_updated", "requires_capture");
    }

    public override void RefuseCapture(long amount) => throw new NotSupportedException("Stripe tells no refused captures.");
    public override void FailLastCapture() => throw new NotSupportedException("Stripe tells no captures that fail later.");

    public override void Cancel()
    {
        Truth.Void();
        TellIntent("payment_intent.canceled", "canceled");
    }

    /// <summary>Stripe writes an expired charge as refunded though no money moved.</summary>
    public override void Expire()
    {
        CancellationReason = "automatic";
        Truth.Void();
        TellCharge("charge.expired", "expired");
        TellIntent("payment_intent.canceled", "canceled");
    }

    public override void Abandon()
    {
        CancellationReason = "abandoned";
        Cancel();
    }

    public override void Refund(long amount, RefundCourse course)
    {
        var id = Dice.StripeId(Life.Random, "re_");
        var created = NowUnix;
        if (course is RefundCourse.AtOnce or RefundCourse.DoneThenFails)
        {
            CompleteRefund(id, amount, created, "refund.created");
            if (Life.Happens(0.5)) TellRefund("refund.updated", id, amount, "succeeded", created);
        }
        else
        {
            Truth.Refund(id, amount, "pending");
            TellRefund("refund.created", id, amount, "pending", created);
        }
        if (course == RefundCourse.StaysPending) return;

        Life.WaitDays(0.5, 4);
        if (course == RefundCourse.PendingThenDone)
        {
            CompleteRefund(id, amount, created, "refund.updated");
            TellRefund("charge.refund.updated", id, amount, "succeeded", created);
        }
        else if (course != RefundCourse.AtOnce)
        {
            Truth.Refund(id, amount, "failed");
            TellRefund("refund.failed", id, amount, "failed", created);
            TellRefund("charge.refund.updated", id, amount, "failed", created);
            if (course == RefundCourse.DoneThenFails) _refundedTotal -= amount;
        }
    }

    public override void Dispute(DisputeCourse course)
    {
        var id = Dice.StripeId(Life.Random, "du_");
        var (amount, created) = (Truth.Captured, NowUnix);
        Truth.OpenDispute(id);
        if (course == DisputeCourse.Inquiry)
        {
            TellDispute("charge.dispute.created", "warning_needs_response", moved: false);
            Life.WaitDays(5, 30);
            Truth.CloseDispute(id);
            TellDispute("charge.dispute.closed", "warning_closed", moved: false);
            return;
        }

        Truth.Dispute(id, amount);
        Truth.Fee(id, DisputeFee);
        TellDispute("charge.dispute.created", "needs_response", moved: true);
        TellDispute("charge.dispute.funds_withdrawn", "needs_response", moved: true);
        Life.WaitDays(2, 6);
        TellDispute("charge.dispute.updated", "under_review", moved: true);
        Life.WaitDays(10, 50);
        Truth.CloseDispute(id);
        if (course == DisputeCourse.Lost)
        {
            TellDispute("charge.dispute.closed", "lost", moved: true);
            return;
        }
        Truth.Dispute(id, 0);
        TellDispute("charge.dispute.closed", "won", moved: true, reinstated: true);
        TellDispute("charge.dispute.funds_reinstated", "won", moved: true, reinstated: true);

        void TellDispute(string type, string status, bool moved, bool reinstated = false) =>
            Tell(type, StripeDisputeBody.Of(this, id, amount, status, created, moved, reinstated));
    }

    public override void WarnOfFraud() =>
        Tell("radar.early_fraud_warning.created",
            StripeBodies.EarlyFraudWarning(this, Dice.StripeId(Life.Random, "issfr_"), Life.Now.ToUnixTimeSeconds()));

    private void CompleteRefund(string id, long amount, string created, string type)
    {
        _refundedTotal += amount;
        Truth.Refund(id, amount, "succeeded");
        TellRefund(type, id, amount, "succeeded", created);
        TellCharge("charge.refunded", "succeeded");
    }

    private void NameCharge()
    {
        LatestCharge = ChargeId;
        Truth.AlsoKnownAs(ChargeId);
    }

    private void TellRefund(string type, string id, long amount, string status, string created) =>
        Tell(type, StripeBodies.Refund(this, id, amount, status, long.Parse(created, CultureInfo.InvariantCulture),
            status == "failed" ? "expired_or_canceled_card" : null, $"{{ \"refund_ref\": \"rf-{Truth.OrderId}\" }}",
            "requested_by_customer"));

    private void TellCharge(string type, string status) => Tell(type, StripeChargeBody.Of(this, status, _refundedTotal));

    private void TellIntent(string type, string status) => Tell(type, StripeIntentBody.Of(this, status));

    private void Tell(string type, string dataObject)
    {
        var id = Dice.StripeId(Life.Random, "evt_");
        Life.Tell(id, type, StripeBodies.Event(Life, id, type, dataObject), Truth);
        Life.Wait(0.2, 3);
    }
}
