using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>What confirming leads to: money, a decline, or an action of the payer; and the capture of what is held.</summary>
internal sealed class StripeAttempts(StripeBooks books, StripeMethods methods, StripeAftermath aftermath)
{
    private const string AuthenticationFailed = "payment_intent_authentication_failure";

    public ApiAnswer Pay(ApiIntent intent, ApiRequest request, StripeStep step, bool offSession, IReadOnlyList<string> expand)
    {
        var method = intent.Method!;
        if (NeedsAuthentication(method))
        {
            if (offSession) return Declined(intent, request, step, "authentication_required", "authentication_required");
            AskPayer(intent, step);
            books.Enter(request, intent, "pending", null, intent.Truth.Amount);
        }
        else if (method.Card.ErrorCode is { } code) return Declined(intent, request, step, code, method.Card.DeclineCode);
        else
        {
            Succeed(intent, step);
            books.Enter(request, intent, "done", intent.LatestCharge, intent.Truth.Amount);
        }
        return books.Answer(intent.Write(), expand);
    }

    public void Capture(ApiIntent intent, long amount, bool isFinal, StripeStep step)
    {
        intent.Received += amount;
        intent.Status = isFinal ? "succeeded" : "requires_capture";
        intent.Truth.Capture($"={intent.Received}", amount);
        step.Tell("charge.captured", intent.WriteCharge(), intent.Truth);
        step.Tell(isFinal ? "payment_intent.succeeded" : "payment_intent.amount_capturable_updated", intent.Write(), intent.Truth);
        if (isFinal) aftermath.Follow(intent);
    }

    /// <summary>The payer has been at the challenge page. Nothing happens when the intent does not wait for that any more.</summary>
    public void Authenticate(ApiIntent intent, bool succeeded, StripeStep step)
    {
        if (intent.Status != "requires_action") return;
        var card = intent.Method!.Card;
        var part = intent.ChargeId;
        if (!succeeded) FailAuthentication(intent, step);
        else
        {
            intent.IsAuthenticated = true;
            intent.Method.IsSetUp = true;
            if (card.ErrorCode is { } code) Decline(intent, step, code, card.DeclineCode);
            else Succeed(intent, step);
        }
        books.Floor.Truth.Done(new Effect
        {
            Operation = "authenticate", Gateway = "stripe", Outcome = succeeded && card.ErrorCode is null ? "done" : "declined",
            GatewayPaymentId = intent.Id, PaymentId = intent.Truth.PaymentId, PartId = part, Amount = intent.Truth.Amount,
            Currency = intent.Truth.Currency.Code, At = step.Now,
        }, intent.Truth);
    }

    public static bool NeedsAuthentication(ApiMethod method) => method.Card.Authentication switch
    {
        Authentication.Always => true,
        Authentication.UnlessSetUp => !method.IsSetUp,
        _ => false,
    };

    private void AskPayer(ApiIntent intent, StripeStep step)
    {
        var url = StripeChallengePage.AddressOf(books.Floor, intent.Id);
        (intent.Status, intent.NextAction) = ("requires_action", StripeChallengePage.ActionOf(url, intent.ReturnUrl));
        intent.Truth.RequiresAction();
        step.Tell("payment_intent.requires_action", intent.Write(), intent.Truth);
    }

    private void Succeed(ApiIntent intent, StripeStep step)
    {
        (intent.LatestCharge, intent.LastError, intent.NextAction) = (intent.ChargeId, null, null);
        intent.Truth.AlsoKnownAs(intent.ChargeId);
        books.Charges[intent.ChargeId] = () => intent.WriteCharge();
        methods.Keep(intent.Method!, intent.SetupFutureUsage is null ? null : intent.Customer, step);
        if (intent.IsManual)
        {
            intent.Status = "requires_capture";
            intent.Truth.Authorise();
            step.Tell("charge.succeeded", intent.WriteCharge(), intent.Truth);
            step.Tell("payment_intent.amount_capturable_updated", intent.Write(), intent.Truth);
            return;
        }

        (intent.Status, intent.Received) = ("succeeded", intent.Truth.Amount);
        intent.Truth.Capture($"={intent.Received}", intent.Received);
        step.Tell("charge.succeeded", intent.WriteCharge(), intent.Truth);
        step.Tell("payment_intent.succeeded", intent.Write(), intent.Truth);
        aftermath.Follow(intent);
    }

    private ApiAnswer Declined(ApiIntent intent, ApiRequest request, StripeStep step, string code, string? declineCode)
    {
        var charge = intent.ChargeId;
        Decline(intent, step, code, declineCode);
        books.Enter(request, intent, "declined", charge, intent.Truth.Amount);
        var error = (JsonObject)JsonNode.Parse(intent.LastError!)!;
        error["payment_intent"] = JsonNode.Parse(intent.Write());
        return new ApiAnswer(402, new JsonObject { ["error"] = error }.ToJsonString());
    }

    private void Decline(ApiIntent intent, StripeStep step, string code, string? declineCode)
    {
        (intent.LatestCharge, intent.FailureCode, intent.Decline) = (intent.ChargeId, code, declineCode);
        intent.LastError = StripeIntentBody.LastError(intent);
        intent.Truth.AlsoKnownAs(intent.ChargeId);
        intent.Truth.FailAttempt(intent.ChargeId, retryable: true);
        var charge = intent.WriteCharge("failed");
        books.Charges[intent.ChargeId] = () => charge;
        step.Tell("charge.failed", charge, intent.Truth);
        EndAttempt(intent, step);
    }

    private void FailAuthentication(ApiIntent intent, StripeStep step)
    {
        intent.LastError = $$"""
            {
              "code": "{{AuthenticationFailed}}",
              "doc_url": "https://stripe.com/docs/error-codes/payment-intent-authentication-failure",
              "message": "The provided PaymentMethod has failed authentication.",
              "payment_method": {{intent.Method!.Write()}},
              "type": "card_error"
            }
            """;
        intent.Truth.FailAttempt(books.NewId("attempt_"), retryable: true);
        EndAttempt(intent, step);
    }

    /// <summary>The intent waits for another way to pay.</summary>
    private void EndAttempt(ApiIntent intent, StripeStep step)
    {
        methods.Keep(intent.Method!, customer: null, step);
        (intent.Status, intent.Method, intent.NextAction, intent.Decline) = ("requires_payment_method", null, null, null);
        intent.ChargeId = books.NewId("ch_");
        step.Tell("payment_intent.payment_failed", intent.Write(), intent.Truth);
    }
}
