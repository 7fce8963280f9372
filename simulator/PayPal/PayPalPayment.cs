using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal;

/// <summary>An order with its authorisation, captures, refunds and disputes. Refunds and disputes name only the capture.</summary>
internal sealed class PayPalPayment : PaymentActor
{
    private readonly List<PayPalCapture> _captures = [];
    private readonly Dictionary<string, long> _refundedOf = [];
    private readonly string _created;
    private PayPalCapture? _pending;

    public PayPalPayment(Life life, Denomination currency, long amount)
        : base(life, new PaymentTruth
        {
            Gateway = "paypal", Account = life.Account, GatewayPaymentId = Dice.PayPalId(life.Random),
            OrderId = life.OrderId, UserId = null, Currency = currency, Amount = amount,
        })
    {
        _created = PayPalBodies.Time(life.Now);
        AuthorizationId = Dice.PayPalId(life.Random);
        PayerId = Dice.PayPalId(life.Random)[..13];
    }

    public string OrderId => Truth.GatewayPaymentId;
    public string AuthorizationId { get; }
    public string PayerId { get; }
    public string MerchantId { get; } = "MERCHANT2345X";
    public bool IsAuthorised { get; private set; }
    public string Intent => IsAuthorised ? "AUTHORIZE" : "CAPTURE";
    public string Created => _created;
    public string Now => PayPalBodies.Time(Life.Now);
    public string AuthorizationExpires => PayPalBodies.Time(Life.Now.AddDays(29));

    public override bool CanRefuseCapture => true;

    public override void Open() { }

    /// <summary>The payer approved; now the merchant must act.</summary>
    public override void RequireAction()
    {
        Truth.RequiresAction();
        TellOrder("CHECKOUT.ORDER.APPROVED", "An order has been approved by buyer", PayPalBodies.Order(this, "APPROVED"));
    }

    public override void Process()
    {
        Truth.Waits("PROCESSING");
        _pending = NewCapture(Truth.Amount, isFinal: true);
        TellCapture("PAYMENT.CAPTURE.PENDING", _pending, "PENDING");
    }

    /// <summary>A declined capture ends the order's attempt: the payer tries again with a new order.</summary>
    public override PaymentActor FailAttempt()
    {
        var capture = NewCapture(Truth.Amount, isFinal: true);
        if (Life.Happens(0.5)) TellCapture("PAYMENT.CAPTURE.PENDING", capture, "PENDING");
        Truth.FailAttempt(capture.Id, retryable: false);
        TellCapture(Life.Happens(0.5) ? "PAYMENT.CAPTURE.DENIED" : "PAYMENT.CAPTURE.DECLINED", capture, "DECLINED");
        return new PayPalPayment(Life, Truth.Currency, Truth.Amount);
    }

    public override void TakeAtOnce()
    {
        Complete(_pending ?? NewCapture(Truth.Amount, isFinal: true));
        if (!Life.Happens(0.4)) return;
        var payments = $",\"payments\":{{\"captures\":[{PayPalBodies.Capture(this, _captures[0], "COMPLETED")}]}}";
        TellOrder("CHECKOUT.ORDER.COMPLETED", "Checkout Order Completed", PayPalBodies.Order(this, "COMPLETED", payments));
    }

    public override void Authorise()
    {
        IsAuthorised = true;
        Truth.AlsoKnownAs(AuthorizationId);
        Truth.Authorise();
        TellAuthorization("PAYMENT.AUTHORIZATION.CREATED", "CREATED", "A payment authorization was created");
    }

    public override void Capture(long amount, bool isFinal) => Complete(NewCapture(amount, isFinal));

    public override void RefuseCapture(long amount)
    {
        var capture = NewCapture(amount, isFinal: false);
        Truth.RefuseCapture(capture.Id);
        TellCapture("PAYMENT.CAPTURE.DECLINED", capture, "DECLINED");
    }

    public override void FailLastCapture() => throw new NotSupportedException("PayPal tells no captures that fail after completion.");

    public override void Cancel()
    {
        Truth.Void();
        TellAuthorization("PAYMENT.AUTHORIZATION.VOIDED", "VOIDED", "A payment authorization was voided");
    }

    public override void Expire() => Cancel();

    /// <summary>Only an approval can be taken back, so it was told before.</summary>
    public override void Abandon()
    {
        if (Truth.Events.Count("PaymentRequiresAction") == 0) RequireAction();
        Life.Wait(3600, 9000);
        Truth.Void();
        Tell("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", "2.0", "A payment has been reversed after approval.",
            PayPalBodies.ApprovalReversed(this));
    }

    /// <summary>Refunds go against captures one by one, the oldest first, and never beyond one.</summary>
    public override void Refund(long amount, RefundCourse course)
    {
        foreach (var capture in _captures.ToArray())
        {
            if (amount <= 0) return;
            var left = capture.Amount - _refundedOf.GetValueOrDefault(capture.Id);
            var part = Math.Min(amount, left);
            if (part <= 0) continue;
            amount -= part;
            RefundOf(capture, part, course);
        }
    }

    private void RefundOf(PayPalCapture capture, long amount, RefundCourse course)
    {
        var id = Dice.PayPalId(Life.Random);
        if (course is RefundCourse.PendingThenDone or RefundCourse.StaysPending or RefundCourse.Refused)
        {
            Truth.Refund(id, amount, "pending");
            TellRefund("PAYMENT.REFUND.PENDING", "PENDING");
            if (course == RefundCourse.StaysPending)
            {
                _refundedOf[capture.Id] = _refundedOf.GetValueOrDefault(capture.Id) + amount;
                return;
            }
            Life.WaitDays(1, 4);
        }
        if (course != RefundCourse.Refused)
        {
            _refundedOf[capture.Id] = _refundedOf.GetValueOrDefault(capture.Id) + amount;
            Truth.Refund(id, amount, "succeeded");
            TellRefund("PAYMENT.CAPTURE.REFUNDED", "COMPLETED");
        }
        if (course is not (RefundCourse.DoneThenFails or RefundCourse.Refused)) return;

        Life.WaitDays(1, 4);
        if (course == RefundCourse.DoneThenFails) _refundedOf[capture.Id] -= amount;
        Truth.Refund(id, amount, "failed");
        TellRefund("PAYMENT.REFUND.FAILED", "FAILED");

        void TellRefund(string type, string status) =>
            Tell(type, "refund", "2.0", $"A {Say(amount)} capture payment was refunded",
                PayPalBodies.Refund(this, id, capture.Id, amount, _refundedOf.GetValueOrDefault(capture.Id), status));
    }

    /// <summary>Opened as an inquiry without moving money; decided for the buyer, the amount is gone.</summary>
    public override void Dispute(DisputeCourse course)
    {
        var capture = _captures.MaxBy(candidate => candidate.Amount)!;
        var id = $"PP-D-{Dice.Number(Life.Random, 9)}";
        Truth.OpenDispute(id);
        TellDispute("CUSTOMER.DISPUTE.CREATED", "WAITING_FOR_SELLER_RESPONSE", "INQUIRY", null);
        Life.WaitDays(2, 6);
        if (course != DisputeCourse.Inquiry) TellDispute("CUSTOMER.DISPUTE.UPDATED", "UNDER_REVIEW", "CHARGEBACK", null);
        Life.WaitDays(4, 20);
        Truth.CloseDispute(id);
        if (course == DisputeCourse.Lost) Truth.Dispute(id, capture.Amount);
        var outcome = course switch
        {
            DisputeCourse.Lost => "RESOLVED_BUYER_FAVOUR",
            DisputeCourse.Inquiry => "CANCELED_BY_BUYER",
            _ => Life.Happens(0.7) ? "RESOLVED_SELLER_FAVOUR" : "RESOLVED_WITH_PAYOUT",
        };
        TellDispute("CUSTOMER.DISPUTE.RESOLVED", "RESOLVED", course == DisputeCourse.Inquiry ? "INQUIRY" : "CHARGEBACK", outcome);

        void TellDispute(string type, string status, string stage, string? outcome) =>
            Tell(type, "dispute", "1.0", $"Dispute {id}", PayPalBodies.Dispute(this, id, capture, status, stage, outcome));
    }

    /// <summary>PayPal has no webhook for it.</summary>
    public override void WarnOfFraud() { }

    private PayPalCapture NewCapture(long amount, bool isFinal)
    {
        var step = Truth.Currency.Step;
        var fee = Math.Clamp((amount * 349 / 10_000 + step) / step * step, step, amount);
        var capture = new PayPalCapture(Dice.PayPalId(Life.Random), amount, fee, isFinal);
        Truth.AlsoKnownAs(capture.Id);
        return capture;
    }

    private void Complete(PayPalCapture capture)
    {
        _captures.Add(capture);
        Truth.Capture(capture.Id, capture.Amount);
        Truth.Fee(capture.Id, capture.Fee);
        TellCapture("PAYMENT.CAPTURE.COMPLETED", capture, "COMPLETED");
    }

    private void TellCapture(string type, PayPalCapture capture, string status) =>
        Tell(type, "capture", "2.0",
            $"Payment {status.ToLowerInvariant()} for {Say(capture.Amount)}", PayPalBodies.Capture(this, capture, status));

    private void TellAuthorization(string type, string status, string summary) =>
        Tell(type, "authorization", "2.0", summary, PayPalBodies.Authorization(this, status));

    private void TellOrder(string type, string summary, string order) => Tell(type, "checkout-order", "2.0", summary, order);

    private void Tell(string type, string resourceType, string version, string summary, string resource)
    {
        var id = PayPalLives.EventId(Life);
        Life.Tell(id, type, PayPalBodies.Event(id, type, resourceType, version, Life.Now, summary, resource), Truth);
        Life.Wait(1, 6);
    }

    private string Say(long amount) => $"{Truth.Currency.Text(amount)} {Truth.Currency.Code}";
}
