namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>What some test cards bring after the money: a dispute, an inquiry, a warning of fraud.</summary>
internal sealed class StripeAftermath(StripeBooks books)
{
    public void Follow(ApiIntent intent)
    {
        switch (intent.Method?.Card.Aftermath)
        {
            case Aftermath.Disputed: books.Later(step => Dispute(intent, step, isMoved: true)); break;
            case Aftermath.Inquiry: books.Later(step => Dispute(intent, step, isMoved: false)); break;
            case Aftermath.FraudWarning: books.Later(step => Warn(intent, step)); break;
        }
    }

    private void Dispute(ApiIntent intent, StripeStep step, bool isMoved)
    {
        var dispute = new ApiDispute
        {
            Id = books.NewId("du_"), Intent = intent, Amount = intent.Received, Created = step.Now, IsMoved = isMoved,
            Status = isMoved ? "needs_response" : "warning_needs_response",
        };
        books.Disputes.Add(dispute.Id, dispute);
        intent.Truth.OpenDispute(dispute.Id);
        if (isMoved)
        {
            intent.IsDisputed = true;
            intent.Truth.Dispute(dispute.Id, dispute.Amount);
            intent.Truth.Fee(dispute.Id, intent.DisputeFee);
        }
        step.Tell("charge.dispute.created", dispute.Write(), intent.Truth);
        if (isMoved) step.Tell("charge.dispute.funds_withdrawn", dispute.Write(), intent.Truth);
    }

    private void Warn(ApiIntent intent, StripeStep step) => step.Tell(
        "radar.early_fraud_warning.created",
        StripeBodies.EarlyFraudWarning(intent, books.NewId("issfr_"), step.Now.ToUnixTimeSeconds()), intent.Truth);
}
