using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary><c>/v1/disputes</c>; the evidence texts <c>winning_evidence</c> and <c>losing_evidence</c> decide a dispute.</summary>
internal sealed class StripeDisputes(StripeBooks books)
{
    public string Get(ApiRequest request)
    {
        StripeParams.Of(request).RefuseUnknown();
        return books.Disputes.Get(request.Route("id")).Write();
    }

    public string List(ApiRequest request)
    {
        var p = StripeParams.Of(request);
        var (intent, charge, created) = (p.Text("payment_intent"), p.Text("charge"), StripeTimes.Of(p.Nested("created")));
        return books.Disputes.List(p, "/v1/disputes",
            dispute => created(dispute.Created) && (intent is null || dispute.Intent.Id == intent)
                && (charge is null || dispute.Intent.LatestCharge == charge),
            dispute => dispute.Write());
    }

    public string Update(ApiRequest request)
    {
        var dispute = FindOpen(request);
        var p = StripeParams.Of(request);
        var text = p.Nested("evidence")?.Text("uncategorized_text", 20_000);
        p.Ignore("evidence", "metadata");
        var submit = p.Flag("submit") ?? true;
        p.RefuseUnknown();
        if (!submit) return dispute.Write();

        dispute.Status = dispute.IsMoved ? "under_review" : "warning_under_review";
        books.StepOf(request).Tell("charge.dispute.updated", dispute.Write(), dispute.Intent.Truth);
        books.Enter(request, dispute.Intent, "done", dispute.Id, dispute.Amount);
        if (text is "winning_evidence" or "losing_evidence") books.Later(step => Decide(dispute, isWon: text == "winning_evidence", step));
        return dispute.Write();
    }

    /// <summary>The merchant gives in.</summary>
    public string Close(ApiRequest request)
    {
        var dispute = FindOpen(request);
        StripeParams.Of(request).RefuseUnknown();
        Decide(dispute, isWon: false, books.StepOf(request));
        books.Enter(request, dispute.Intent, "done", dispute.Id, dispute.Amount);
        return dispute.Write();
    }

    private ApiDispute FindOpen(ApiRequest request)
    {
        var dispute = books.Disputes.Get(request.Route("id"));
        return dispute.IsOpen ? dispute : throw StripeErrors.State(null, $"This dispute has a status of {dispute.Status}: it is closed.");
    }

    private static void Decide(ApiDispute dispute, bool isWon, StripeStep step)
    {
        if (!dispute.IsOpen) return;
        var truth = dispute.Intent.Truth;
        dispute.Status = !dispute.IsMoved ? "warning_closed" : isWon ? "won" : "lost";
        truth.CloseDispute(dispute.Id);
        var isReinstated = dispute.Status == "won";
        if (isReinstated)
        {
            truth.Dispute(dispute.Id, 0);
            dispute.Intent.IsDisputed = false;
        }
        step.Tell("charge.dispute.closed", dispute.Write(), truth);
        if (isReinstated) step.Tell("charge.dispute.funds_reinstated", dispute.Write(), truth);
    }
}
