using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary><c>/v1/refunds</c>: never more than was captured and not yet given back or promised.</summary>
internal sealed class StripeRefunds(StripeBooks books)
{
    public string Create(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (intentId, charge, asked) = (p.Text("payment_intent"), p.Text("charge"), p.Integer("amount"));
        var reason = p.Choice("reason", "duplicate", "fraudulent", "requested_by_customer");
        var metadata = p.Map("metadata") ?? new Dictionary<string, string>();
        p.Ignore("instructions_email");
        p.RefuseUnknown();

        var intent = Find(intentId, charge);
        var amount = AmountOf(intent, asked);
        var refund = new ApiRefund
        {
            Id = books.NewId("re_"), Intent = intent, Amount = amount, Created = request.Now, Reason = reason, Metadata = metadata,
            Status = intent.Method?.Card.Aftermath switch
            {
                Aftermath.RefundPends => "pending",
                Aftermath.RefundNeedsAction => "requires_action",
                _ => "succeeded",
            },
        };
        books.Refunds.Add(refund.Id, refund);
        Begin(refund, books.StepOf(request));
        books.Enter(request, intent, refund.Status == "succeeded" ? "done" : "pending", refund.Id, amount);
        return refund.Write();
    }

    public string Get(ApiRequest request)
    {
        StripeParams.Of(request).RefuseUnknown();
        return books.Refunds.Get(request.Route("id")).Write();
    }

    public string List(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (intent, charge, created) = (p.Text("payment_intent"), p.Text("charge"), StripeTimes.Of(p.Nested("created")));
        return books.Refunds.List(p, "/v1/refunds",
            refund => created(refund.Created) && (intent is null || refund.Intent.Id == intent)
                && (charge is null || refund.Intent.LatestCharge == charge),
            refund => refund.Write());
    }

    /// <summary>Only a refund that waits for the payer can be called back.</summary>
    public string Cancel(ApiRequest request)
    {
        var refund = books.Refunds.Get(request.Route("id"));
        StripeParams.Of(request).RefuseUnknown();
        if (refund.Status != "requires_action")
            throw StripeErrors.State(null, $"A refund that has a status of {refund.Status} cannot be canceled.");
        refund.Status = "canceled";
        refund.Intent.Truth.Refund(refund.Id, refund.Amount, "failed");
        books.StepOf(request).Tell("refund.updated", refund.Write(), refund.Intent.Truth);
        books.Enter(request, refund.Intent, "done", refund.Id, refund.Amount);
        return refund.Write();
    }

    private ApiIntent Find(string? intentId, string? charge)
    {
        if (intentId is null && charge is null)
            throw StripeErrors.Invalid("parameter_missing", "One of payment_intent and charge is needed.", "payment_intent");
        var intent = intentId is not null
            ? books.Intents.Find(intentId) ?? throw StripeErrors.Missing("payment_intent", intentId, "payment_intent")
            : books.Intents.NewestFirst().FirstOrDefault(candidate => candidate.LatestCharge == charge)
                ?? throw StripeErrors.Missing("charge", charge!, "charge");
        if (charge is not null && intent.LatestCharge != charge) throw StripeErrors.Missing("charge", charge, "charge");
        return intent;
    }

    private static long AmountOf(ApiIntent intent, long? asked)
    {
        if (intent.Received == 0)
            throw StripeErrors.State(
                null, $"This PaymentIntent ({intent.Id}) does not have a successful charge to refund.", "payment_intent");
        if (intent.IsDisputed) throw StripeErrors.State("charge_disputed", "The charge has been disputed: it cannot be refunded.");
        if (intent.Refundable == 0)
            throw StripeErrors.State("charge_already_refunded", $"Charge {intent.LatestCharge} has already been refunded.");
        var amount = asked is { } wire
            ? intent.Truth.Currency.FromWire(wire) ?? throw StripeErrors.Invalid("parameter_invalid_integer", "Invalid amount.", "amount")
            : intent.Refundable;
        if (amount < 1) throw StripeErrors.NotPositive("amount");
        return amount <= intent.Refundable
            ? amount
            : throw StripeErrors.State(null, "The refund amount is greater than the unrefunded amount on the charge.", "amount");
    }

    private void Begin(ApiRefund refund, StripeStep step)
    {
        var truth = refund.Intent.Truth;
        truth.Refund(refund.Id, refund.Amount, refund.Status == "succeeded" ? "succeeded" : "pending");
        step.Tell("refund.created", refund.Write(), truth);
        if (refund.Status == "succeeded") step.Tell("charge.refunded", refund.Intent.WriteCharge(), truth);

        if (refund.Status != "succeeded") books.Later(later => Complete(refund, later));
        else if (refund.Intent.Method?.Card.Aftermath == Aftermath.RefundFails) books.Later(later => Fail(refund, later));
    }

    private static void Complete(ApiRefund refund, StripeStep step)
    {
        if (refund.Status == "canceled") return;
        refund.Status = "succeeded";
        refund.Intent.Truth.Refund(refund.Id, refund.Amount, "succeeded");
        step.Tell("refund.updated", refund.Write(), refund.Intent.Truth);
        step.Tell("charge.refunded", refund.Intent.WriteCharge(), refund.Intent.Truth);
        step.Tell("charge.refund.updated", refund.Write(), refund.Intent.Truth);
    }

    private static void Fail(ApiRefund refund, StripeStep step)
    {
        (refund.Status, refund.FailureReason) = ("failed", "expired_or_canceled_card");
        refund.Intent.Truth.Refund(refund.Id, refund.Amount, "failed");
        step.Tell("refund.failed", refund.Write(), refund.Intent.Truth);
        step.Tell("charge.refund.updated", refund.Write(), refund.Intent.Truth);
    }
}
