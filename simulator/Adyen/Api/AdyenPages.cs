using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>
/// The pages that a payer is sent to: the issuer's 3-D Secure challenge and the hosted checkout of a session. A form each, so that
/// a browser, or a test that posts the form, completes them and is sent back to the merchant.
/// </summary>
internal sealed class AdyenPages(AdyenBooks books, AdyenSessions sessions)
{
    public const string ChallengePath = "/adyen/challenge/";
    public const string SessionPath = "/adyen/session/";

    public ApiAnswer Challenge(ApiRequest request)
    {
        if (books.Challenges.GetValueOrDefault(request.Route("id")) is not { } challenge) return PayerPage.NotFound();
        if (request.Method == "GET")
            return PayerPage.Choice(
                "3-D Secure", $"Pay {challenge.Order.Currency.Text(challenge.Order.Amount)} {challenge.Order.Currency.Code}?",
                ("approve", "Confirm"), ("decline", "Refuse"));

        challenge.IsPassed ??= PayerPage.Decision(request) == "approve";
        return PayerPage.SendTo(challenge.ReturnUrl, ("redirectResult", challenge.Id));
    }

    public ApiAnswer Session(ApiRequest request)
    {
        if (books.Sessions.GetValueOrDefault(request.Route("id")) is not { } session) return PayerPage.NotFound();
        if (request.Method == "GET")
            return PayerPage.Choice(
                "Checkout", $"Pay {session.Currency.Text(session.Amount)} {session.Currency.Code} with a test card?",
                ("approve", "Pay with Visa 1111"), ("decline", "Pay with a card that is refused"), ("cancel", "Cancel"));

        sessions.Finish(request, session, PayerPage.Decision(request) switch
        {
            "approve" => new AdyenMethod("scheme", "4111111111111111", "03", "2030", "Sam Sample"),
            "decline" => new AdyenMethod("scheme", "4111111111111111", "03", "2030", "DECLINED"),
            _ => null,
        });
        return PayerPage.SendTo(session.ReturnUrl, ("sessionId", session.Id), ("sessionResult", session.Result));
    }
}
