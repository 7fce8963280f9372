using System.Net;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Stripe.Api;

/// <summary>
/// The page of the payer's bank for 3-D Secure, a plain form: completing or failing it moves the intent, and sends the payer back
/// to where the merchant wants. The intent's id, which is secret enough here, is the only key to it.
/// </summary>
internal sealed class StripeChallengePage(StripeBooks books, StripeAttempts attempts, StripeSetupIntents setups)
{
    private const string Path = "/simulator/stripe/3ds/";

    public static string AddressOf(ApiFloor floor, string id) => new Uri(floor.Self, Path + id).ToString();

    /// <summary>JSON of <c>next_action</c>.</summary>
    public static string ActionOf(string url, string? returnUrl) => returnUrl is not null
        ? $$"""{ "redirect_to_url": { "return_url": {{StripeBodies.Text(returnUrl)}}, "url": "{{url}}" }, "type": "redirect_to_url" }"""
        : $$"""{ "type": "use_stripe_sdk", "use_stripe_sdk": { "stripe_js": "{{url}}", "type": "three_d_secure_redirect" } }""";

    public void Map(WebApplication app)
    {
        app.MapGet(Path + "{id}", (string id) => Show(id));
        app.MapPost(Path + "{id}/complete", (string id) => Answer(id, succeeded: true));
        app.MapPost(Path + "{id}/fail", (string id) => Answer(id, succeeded: false));
    }

    private IResult Show(string id)
    {
        string? what;
        lock (books.Floor.Lock)
            what = books.Intents.Find(id) is { } intent
                ? $"{intent.Truth.Currency.Text(intent.Truth.Amount)} {intent.Truth.Currency.Code}: {intent.Status}"
                : books.SetupIntents.Find(id) is { } setup ? $"Card for later payments: {setup.Status}" : null;
        return what is null ? Results.NotFound() : Page($"""
            <p id="what">{WebUtility.HtmlEncode(what)}</p>
            <form method="post" action="{Path}{id}/complete"><button id="complete">Complete</button></form>
            <form method="post" action="{Path}{id}/fail"><button id="fail">Fail</button></form>
            """);
    }

    private IResult Answer(string id, bool succeeded)
    {
        string? back = null;
        var found = false;
        books.Floor.Act(tell =>
        {
            var step = books.StepOf(tell);
            if (books.Intents.Find(id) is { } intent)
            {
                found = true;
                attempts.Authenticate(intent, succeeded, step);
                back = Back(intent.ReturnUrl, "payment_intent", id, intent.ClientSecret, intent.Status != "requires_payment_method");
            }
            else if (books.SetupIntents.Find(id) is { } setup)
            {
                found = true;
                setups.Authenticate(setup, succeeded, step);
                back = Back(setup.ReturnUrl, "setup_intent", id, $"{id}_secret_{setup.Secret}", setup.Status != "requires_payment_method");
            }
        });
        if (!found) return Results.NotFound();
        return back is null ? Page("<p id=\"what\">Done: this window can be closed.</p>") : Results.Redirect(back);
    }

    private static string? Back(string? returnUrl, string kind, string id, string secret, bool succeeded) => returnUrl is null
        ? null
        : $"{returnUrl}{(returnUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{kind}={id}&{kind}_client_secret={secret}"
            + $"&redirect_status={(succeeded ? "succeeded" : "failed")}";

    private static IResult Page(string content) => Results.Content($"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>3-D Secure (simulated)</title></head>
        <body><h1>Your bank asks: is it you?</h1>
        {content}
        </body></html>
        """, "text/html; charset=utf-8");
}
