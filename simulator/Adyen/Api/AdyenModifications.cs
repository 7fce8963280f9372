using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>
/// Captures, cancels, refunds and reversals. Each is taken on with 201 "received", whatever comes of it: the webhook tells that,
/// after the time that the knobs give it. The books decide at once, so that what was taken on first has the money.
/// </summary>
internal sealed class AdyenModifications(AdyenBooks books, AdyenAftermath aftermath)
{
    public ApiAnswer Capture(ApiRequest request)
    {
        var (body, charge) = Read(request);
        var amount = AmountIn(body, charge);
        var id = books.NewPsp();
        return Conclude(request, body, charge, new("CAPTURE", id, amount, charge.Capture(id, amount)));
    }

    public ApiAnswer Refund(ApiRequest request)
    {
        var (body, charge) = Read(request);
        var amount = AmountIn(body, charge);
        var id = books.NewPsp();
        return Conclude(request, body, charge, new("REFUND", id, amount, charge.Refund(id, amount)));
    }

    public ApiAnswer Cancel(ApiRequest request)
    {
        var (body, charge) = Read(request);
        var id = books.NewPsp();
        return Conclude(request, body, charge, new("CANCELLATION", id, charge.Amount, charge.Cancel(id)));
    }

    /// <summary>Gives back all that was captured, or releases all where nothing was.</summary>
    public ApiAnswer Reverse(ApiRequest request)
    {
        var (body, charge) = Read(request);
        var id = books.NewPsp();
        var (action, amount) = charge.IsCaptured ? ("refund", charge.Refundable) : ("cancel", charge.Amount);
        var refusal = charge.IsCaptured ? charge.Refund(id, amount) : charge.Cancel(id);
        return Conclude(request, body, charge, new("CANCEL_OR_REFUND", id, amount, refusal, $"\"modification.action\":\"{action}\","));
    }

    /// <summary>POST /cancels: by the merchant's reference, for who never learnt the pspReference.</summary>
    public ApiAnswer CancelByReference(ApiRequest request)
    {
        var body = AdyenRequest.Read(request, books.Floor.Secrets);
        var reference = body.Required("paymentReference", "14_0420");
        var id = books.NewPsp();
        var answer = Received(body, id);
        answer["paymentReference"] = reference;
        if (books.FindByReference(reference) is { } charge)
            Tell(request, body, charge, new("TECHNICAL_CANCEL", id, charge.Amount, charge.Cancel(id)));
        return AdyenAnswers.Created(answer);
    }

    private (JsonObject, AdyenCharge) Read(ApiRequest request)
    {
        var body = AdyenRequest.Read(request, books.Floor.Secrets);
        var charge = books.Find(request.Route("psp"))
            ?? throw AdyenRefusal.Invalid("167", "Original pspReference required for this operation");
        return (body, charge);
    }

    private static long AmountIn(JsonObject body, AdyenCharge charge)
    {
        var (amount, currency) = AdyenRequest.Amount(body);
        return currency.Code == charge.Currency.Code
            ? amount
            : throw AdyenRefusal.Invalid("138", "The currency is not that of the payment");
    }

    private ApiAnswer Conclude(ApiRequest request, JsonObject body, AdyenCharge charge, Outcome outcome)
    {
        Tell(request, body, charge, outcome);
        var answer = Received(body, outcome.Psp);
        answer["paymentPspReference"] = charge.Psp;
        if (body["amount"] is { } amount) answer["amount"] = amount.Copy();
        if (body.Text("merchantRefundReason") is { } reason) answer["merchantRefundReason"] = reason;
        return AdyenAnswers.Created(answer);
    }

    private static JsonObject Received(JsonObject body, string psp)
    {
        var answer = new JsonObject
        {
            ["merchantAccount"] = body.Text("merchantAccount"), ["pspReference"] = psp, ["status"] = "received",
        };
        if (body.Text("reference") is { } reference) answer["reference"] = reference;
        return answer;
    }

    private void Tell(ApiRequest request, JsonObject body, AdyenCharge charge, Outcome outcome)
    {
        if (outcome.Refusal is null) books.Done(request, charge, outcome.Psp, outcome.Amount);
        var reference = body.Text("reference");
        Telling Make() => AdyenTellings.Modification(
            books, charge, outcome.EventCode, outcome.Psp, reference, outcome.Amount, outcome.Refusal ?? "", outcome.Refusal is null,
            outcome.Additional);

        // A webhook that shall overtake the reply cannot wait for anything.
        var knobs = books.Floor.Faults["adyen"].Knobs;
        if (knobs.SettleMs == 0 || knobs.WebhookBeforeReply is { Share: > 0 } or { Next: > 0 }) request.Tell(Make());
        else books.Later(tell => tell(Make()));
        if (outcome.Refusal is null) aftermath.Follow(charge, outcome.EventCode, outcome.Psp, reference, outcome.Amount);
    }

    /// <param name="Refusal">Why it was not done; null when it was.</param>
    private sealed record Outcome(string EventCode, string Psp, long Amount, string? Refusal, string Additional = "");
}
