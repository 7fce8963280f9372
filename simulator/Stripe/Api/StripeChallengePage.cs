using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>
/// The page of the payer's bank for 3-D Secure, a plain form: completing or failing it moves the intent, and sends the payer back
/// to where the merchant wants. The intent's id, which is secret enough here, is the only key to it.
/// </summary>
internal sealed class StripeChallengePage(StripeBooks books, StripeAttempts attempts, StripeSetupIntents setups)
{
    private const string Path = "/simulator/stripe/3ds/";

    /// <summary>The page: a GET shows it, <c>decision=approve</c> completes and <c>decision=decline</c> fails the challenge.</summary>
    public static string AddressOf(ApiFloor floor, string id) => new Uri(floor.Self, Path + id).ToString();

    /// <summary>JSON of <c>next_action</c>.</summary>
    public static string ActionOf(string url, string? returnUrl) => returnUrl is not null
        ? $$"""{ "redirect_to_url": { "return_url": {{StripeBodies.Text(returnUrl)}}, "url": "{{url}}" }, "type": "redirect_to_url" }"""
        : $$"""{ "type": "use_stripe_sdk", "use_stripe_sdk": { "stripe_js": "{{url}}", "type": "three_d_secure_redirect" } }""";

    public void Map(WebApplication app) => app.MapPage(books.Floor, Path + "{id}", Answer);

    private ApiAnswer Answer(ApiRequest request)
    {
        var id = request.Route("id");
        if (books.Intents.Find(id) is { } intent)
            return Decide(request, $"{intent.Truth.Currency.Text(intent.Truth.Amount)} {intent.Truth.Currency.Code}",
                (succeeded, step) => attempts.Authenticate(intent, succeeded, step),
                () => Back(intent.ReturnUrl, "payment_intent", id, intent.ClientSecret, intent.Status));
        if (books.SetupIntents.Find(id) is { } setup)
            return Decide(request, "a card for later payments",
                (succeeded, step) => setups.Authenticate(setup, succeeded, step),
                () => Back(setup.ReturnUrl, "setup_intent", id, $"{id}_secret_{setup.Secret}", setup.Status));
        return PayerPage.NotFound();
    }

    private ApiAnswer Decide(ApiRequest request, string what, Action<bool, StripeStep> authenticate, Func<ApiAnswer> back)
    {
        if (request.Method == "GET")
            return PayerPage.Choice("Your bank", $"Is it you: {what}?", ("approve", "Complete"), ("decline", "Fail"));
        authenticate(PayerPage.Decision(request) == "approve", books.StepOf(request.Tell));
        return back();
    }

    private static ApiAnswer Back(string? returnUrl, string kind, string id, string secret, string status) => returnUrl is null
        ? PayerPage.Done()
        : PayerPage.SendTo(new Uri(returnUrl), (kind, id), (kind + "_client_secret", secret),
            ("redirect_status", status == "requires_payment_method" ? "failed" : "succeeded"));
}
