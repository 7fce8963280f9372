using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen;

/// <summary>
/// One pspReference and its modifications, on an account that captures by request. A declined attempt is final: the next
/// attempt is another payment with the same merchant reference.
/// </summary>
internal sealed class AdyenPayment : PaymentActor
{
    private readonly AdyenSecrets _secrets;
    private readonly string _method;
    private string _lastCapture = "";
    private long _lastCaptured;

    public AdyenPayment(Life life, AdyenSecrets secrets, Denomination currency, long amount)
        : base(life, new PaymentTruth
        {
            Gateway = "adyen", Account = life.Account, GatewayPaymentId = Dice.PspReference(life.Random),
            OrderId = life.OrderId, UserId = null, Currency = currency, Amount = amount,
        })
    {
        _secrets = secrets;
        _method = Dice.OneOf(life.Random, "visa", "mc", "amex");
    }

    public override bool CanRefuseCapture => true;
    public override bool CanFailCapture => true;
    public override bool CanWaitForRefund => false;

    private string Psp => Truth.GatewayPaymentId;

    /// <summary>Adyen tells nothing before the first result.</summary>
    public override void Open() { }

    /// <summary>A 3-D Secure challenge is a matter of the checkout page; no webhook tells it.</summary>
    public override void RequireAction() { }

    public override void Process()
    {
        Truth.Waits("PROCESSING");
        Tell("PENDING", Psp, "", Truth.Amount);
    }

    public override PaymentActor FailAttempt()
    {
        Truth.FailAttempt(Psp, retryable: false);
        var reason = Dice.OneOf(Life.Random, "Not enough balance", "Refused", "Expired Card", "FRAUD");
        Tell("AUTHORISATION", Psp, "", Truth.Amount, success: false, reason, $"""
            "cardSummary":"0004","expiryDate":"03/2030","refusalReasonRaw":"51 : Insufficient funds/over credit limit",
            "cvcResult":"1 Matches","avsResult":"4 AVS not supported for this card type","totalFraudScore":"0",{Shopper}
            """);
        return new AdyenPayment(Life, _secrets, Truth.Currency, Truth.Amount);
    }

    public override void TakeAtOnce()
    {
        Authorise();
        Life.Wait(30, 600);
        Capture(Truth.Amount, isFinal: true);
    }

    public override void Authorise()
    {
        var code = Dice.Number(Life.Random, 6);
        var last4 = Dice.Number(Life.Random, 4);
        Truth.Authorise();
        Tell("AUTHORISATION", Psp, "", Truth.Amount, reason: $"{code}:{last4}:03/2030", additional: $"""
            "authCode":"{code}","cardSummary":"{last4}","expiryDate":"03/2030",
            "avsResult":"7 Both postal code and address match","avsResultRaw":"Y","cvcResult":"1 Matches","cvcResultRaw":"M",
            "fraudResultType":"GREEN","fraudManualReview":"false","totalFraudScore":"{Life.Random.Next(60)}","fraudRiskLevel":"low",
            "paymentMethodVariant":"{_method}credit","liabilityShift":"true","threeDAuthenticated":"true",
            "refusalReasonRaw":"AUTHORISED","networkTxReference":"0611{Dice.Number(Life.Random, 11)}",{Shopper}
            """);
    }

    public override void Capture(long amount, bool isFinal)
    {
        (_lastCapture, _lastCaptured) = (Modification(), amount);
        Truth.Capture(_lastCapture, amount);
        Tell("CAPTURE", _lastCapture, Psp, amount);
    }

    public override void RefuseCapture(long amount)
    {
        var id = Modification();
        Truth.RefuseCapture(id);
        Tell("CAPTURE", id, Psp, amount, success: false, "Insufficient balance on payment");
    }

    /// <summary>CAPTURE_FAILED says success=true: the failure is true.</summary>
    public override void FailLastCapture()
    {
        Truth.FailCapture(_lastCapture);
        Tell("CAPTURE_FAILED", _lastCapture, Psp, _lastCaptured, reason: "Capture Failed");
    }

    public override void Cancel()
    {
        Truth.Void();
        Tell(Life.Happens(0.8) ? "CANCELLATION" : "TECHNICAL_CANCEL", Modification(), Psp, Truth.Amount);
    }

    public override void Expire()
    {
        Truth.Void();
        Tell("EXPIRE", Modification(), Psp, Truth.Amount, reason: "Authorisation expired");
    }

    public override void Abandon()
    {
        Truth.Void();
        Tell("OFFER_CLOSED", Psp, "", Truth.Amount);
    }

    public override void Refund(long amount, RefundCourse course)
    {
        var id = Modification();
        if (course == RefundCourse.Refused)
        {
            Truth.Refund(id, amount, "failed");
            Tell("REFUND", id, Psp, amount, success: false, "Insufficient balance on payment");
            return;
        }
        Truth.Refund(id, amount, "succeeded");
        Tell("REFUND", id, Psp, amount);
        if (course != RefundCourse.DoneThenFails) return;

        Life.WaitDays(1, 5);
        Truth.Refund(id, amount, "failed");
        Tell("REFUND_FAILED", id, Psp, amount, reason: "Refund Failed");
    }

    public override void Dispute(DisputeCourse course)
    {
        var id = Modification();
        var amount = Truth.Captured;
        Truth.OpenDispute(id);
        if (course == DisputeCourse.Inquiry)
        {
            TellDispute("REQUEST_FOR_INFORMATION");
            return;
        }

        TellDispute("NOTIFICATION_OF_CHARGEBACK");
        Life.WaitDays(1, 4);
        Truth.Dispute(id, amount);
        TellDispute("CHARGEBACK");
        Life.WaitDays(3, 12);
        TellDispute("INFORMATION_SUPPLIED");
        Life.WaitDays(8, 20);
        if (course == DisputeCourse.Lost && Life.Happens(0.5))
        {
            Truth.CloseDispute(id);
            TellDispute("DISPUTE_DEFENSE_PERIOD_ENDED");
            return;
        }
        Truth.Dispute(id, 0);
        TellDispute("CHARGEBACK_REVERSED");
        Life.WaitDays(8, 20);
        Truth.CloseDispute(id);
        if (course == DisputeCourse.Lost) Truth.Dispute(id, amount);
        TellDispute(course == DisputeCourse.Lost ? "SECOND_CHARGEBACK" : "PREARBITRATION_WON");

        void TellDispute(string eventCode) =>
            Tell(eventCode, id, Psp, amount, reason: "Fraudulent Processing of Transactions", additional: $"""
                "captureMerchantReference":"{Life.OrderId}","chargebackReasonCode":"10.4","chargebackSchemeCode":"{_method}",
                "defendable":"true","defensePeriodEndsAt":"{Life.Now.AddDays(18):yyyy-MM-dd'T'HH:mm:ss}+00:00",
                "modificationMerchantReferences":"{Life.OrderId}","paymentMethodVariant":"{_method}",
                """);
    }

    public override void WarnOfFraud() =>
        Tell("NOTIFICATION_OF_FRAUD", Modification(), Psp, Truth.Captured, reason: "Fraud reported by the issuer");

    // The shopper is told among the data that Adyen does not sign: the truth holds no user that anybody could have written.
    private string Shopper => Life.UserId is null ? "" : $"\"shopperReference\":\"{Life.UserId}\",";

    private string Modification()
    {
        var id = Dice.PspReference(Life.Random);
        Truth.AlsoKnownAs(id);
        return id;
    }

    private void Tell(
        string eventCode, string psp, string original, long amount, bool success = true, string reason = "", string additional = "")
    {
        var item = new AdyenItem
        {
            EventCode = eventCode, PspReference = psp, OriginalReference = original, MerchantReference = Life.OrderId,
            Currency = Truth.Currency.Code, Value = Truth.Currency.Wire(amount), EventDate = Life.Now, PaymentMethod = _method,
            Reason = reason, Success = success, AdditionalData = additional,
        };
        Life.Tell(item.Key, eventCode, item.Json(_secrets), Truth, isItem: true);
        Life.Wait(0.5, 5);
    }
}
