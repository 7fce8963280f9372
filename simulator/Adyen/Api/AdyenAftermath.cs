namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>
/// What a bank does later to money that was moved, when the cardholder's name asks for it: REFUND_FAILED, CAPTURE_FAILED,
/// CHARGEBACK.
/// </summary>
internal sealed class AdyenAftermath(AdyenBooks books)
{
    /// <param name="eventCode">What was done: CAPTURE, REFUND, or AUTHORISATION where that captured at once.</param>
    public void Follow(AdyenCharge charge, string eventCode, string psp, string? reference, long amount)
    {
        switch (eventCode, charge.Method.HolderName)
        {
            case ("REFUND", "REFUND_FAILED"):
                books.Later(tell =>
                {
                    charge.FailRefund(psp, amount);
                    tell(AdyenTellings.Modification(books, charge, "REFUND_FAILED", psp, reference, amount, "Refund Failed",
                        success: true));
                });
                break;
            case ("CAPTURE", "CAPTURE_FAILED"):
                books.Later(tell =>
                {
                    charge.FailCapture(psp, amount);
                    tell(AdyenTellings.Modification(books, charge, "CAPTURE_FAILED", psp, reference, amount, "Capture Failed",
                        success: true));
                });
                break;
            case ("CAPTURE" or "AUTHORISATION", "CHARGEBACK"):
                ChargeBack(charge, amount);
                break;
        }
    }

    private void ChargeBack(AdyenCharge charge, long amount)
    {
        var id = books.NewPsp();
        books.Later(tell =>
        {
            charge.Truth.OpenDispute(id);
            tell(Dispute("NOTIFICATION_OF_CHARGEBACK"));
            charge.Truth.Dispute(id, amount);
            tell(Dispute("CHARGEBACK"));
        });

        Shop.Telling Dispute(string eventCode) => AdyenTellings.Modification(
            books, charge, eventCode, id, charge.Reference, amount, "Fraudulent Processing of Transactions", success: true, """
            "chargebackReasonCode":"10.4","chargebackSchemeCode":"visa","defendable":"true",
            """);
    }
}
