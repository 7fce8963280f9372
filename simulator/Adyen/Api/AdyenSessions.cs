using System.Globalization;
using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>A checkout that the payer goes through by himself.</summary>
internal sealed class AdyenSession
{
    public required string Id { get; init; }
    public required JsonObject Asked { get; init; }
    public required long Amount { get; init; }
    public required Denomination Currency { get; init; }
    public required Uri ReturnUrl { get; init; }

    /// <summary>"active", "completed", "refused", "canceled".</summary>
    public string Status { get; set; } = "active";

    /// <summary>The payer's browser brings it back; it opens the result.</summary>
    public string Result { get; } = AdyenBooks.NewSecret();
    public JsonArray Payments { get; } = [];
}

/// <summary>POST /sessions and GET /sessions/{id}.</summary>
internal sealed class AdyenSessions(AdyenBooks books, AdyenPayments payments)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public ApiAnswer Create(ApiRequest request)
    {
        var body = AdyenRequest.Read(request, books.Floor.Secrets);
        var (amount, currency) = AdyenRequest.Amount(body, min: 0);
        body.Required("reference", "130");
        if (!Uri.TryCreate(body.Required("returnUrl", "14_0408"), UriKind.Absolute, out var returnUrl))
            throw AdyenRefusal.Invalid("14_0411", "Field 'returnUrl' is not valid.");
        var session = new AdyenSession
        {
            Id = "CS" + AdyenBooks.NewSecret()[..16], Asked = body, Amount = amount, Currency = currency, ReturnUrl = returnUrl,
        };
        books.Sessions.Add(session.Id, session);

        var answer = (JsonObject)body.DeepClone();
        answer["id"] = session.Id;
        answer["expiresAt"] = (request.Now + Lifetime).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        answer["mode"] ??= "embedded";
        answer["sessionData"] = "Ab02b4c0!" + AdyenBooks.NewSecret();
        answer["url"] = new Uri(books.Floor.Self, AdyenPages.SessionPath + session.Id).ToString();
        return AdyenAnswers.Created(answer);
    }

    public ApiAnswer Get(ApiRequest request)
    {
        if (books.Sessions.GetValueOrDefault(request.Route("id")) is not { } session || request.Query["sessionResult"] != session.Result)
            throw AdyenRefusal.Invalid("14_012", "The provided session result is invalid.");
        return AdyenAnswers.Ok(new JsonObject
        {
            ["id"] = session.Id,
            ["reference"] = session.Asked.Text("reference"),
            ["status"] = session.Status,
            ["payments"] = session.Payments.DeepClone(),
        });
    }

    /// <summary>The payer chose a way to pay on the page, or went away.</summary>
    /// <param name="request">The page's own: its operation is "confirm".</param>
    public void Finish(ApiRequest request, AdyenSession session, AdyenMethod? method)
    {
        if (session.Status != "active") return;
        if (method is null)
        {
            session.Status = "canceled";
            return;
        }
        var order = new AdyenOrder(
            session.Asked.Text("reference")!, session.Amount, session.Currency, method, session.Asked.Text("shopperReference"),
            session.Asked.Integer("captureDelayHours") == 0,
            session.Asked.Flag("storePaymentMethod") == true || session.Asked.Text("storePaymentMethodMode") == "enabled",
            AdyenVerdict.Of(method, acquirerCode: null))
        {
            OrderReference = session.Asked.Text("merchantOrderReference") ?? session.Asked.Text("reference")!,
        };
        var paid = payments.Settle(request, order);
        session.Status = order.Verdict.IsAuthorised ? "completed" : "refused";
        session.Payments.Add(new JsonObject
        {
            ["amount"] = AdyenRequest.AmountOf(session.Currency, session.Amount),
            ["paymentMethod"] = paid["paymentMethod"].Copy(),
            ["pspReference"] = paid["pspReference"].Copy(),
            ["resultCode"] = paid["resultCode"].Copy(),
        });
    }
}
