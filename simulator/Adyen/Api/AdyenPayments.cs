using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>POST /payments and /payments/details.</summary>
internal sealed class AdyenPayments(AdyenBooks books, AdyenStoredMethods stored, AdyenAftermath aftermath)
{
    public ApiAnswer Pay(ApiRequest request)
    {
        var body = AdyenRequest.Read(request, books.Floor.Secrets);
        var order = Read(body);
        var returnUrl = ReturnUrl(body);
        if (AsksPayer(body, order.Method)) return Redirect(order, returnUrl);
        return AdyenAnswers.Ok(Settle(request, order));
    }

    /// <summary>The payer came back from the challenge with a result, or from a page elsewhere with the same.</summary>
    public ApiAnswer Details(ApiRequest request)
    {
        if (JsonBody.Read(request.Body) is not JsonObject body)
            throw new AdyenRefusal(400, "702", "Problem reading request: malformed JSON", "validation");
        if (body.Object("details") is not { } details) throw AdyenRefusal.Missing("14_009", "details");
        var result = details.Text("redirectResult") ?? details.Text("payload")
            ?? throw AdyenRefusal.Missing("14_009", "details.redirectResult");
        if (books.Challenges.GetValueOrDefault(result) is not { } challenge)
            throw AdyenRefusal.Invalid("14_030", "Return URL data is invalid");
        if (challenge.IsPassed is not { } isPassed) throw AdyenRefusal.Invalid("14_031", "The shopper has not completed the action");
        var order = isPassed ? challenge.Order : challenge.Order with { Verdict = AdyenVerdict.NotAuthenticated };
        return challenge.Answer ??= AdyenAnswers.Ok(Settle(request, order, wasChallenged: true));
    }

    /// <summary>The issuer says yes or no: the payment is opened, its webhook told.</summary>
    public JsonObject Settle(ApiRequest request, AdyenOrder order, bool wasChallenged = false)
    {
        var charge = books.Open(order);
        if (wasChallenged) charge.Truth.RequiresAction();
        var answer = Body(charge, order.Verdict);
        if (order.Verdict.ResultCode == "Pending")
        {
            charge.Truth.Waits("PROCESSING");
            books.Done(request, charge, null, charge.Amount, "pending");
            request.Tell(AdyenTellings.Pending(books, charge));
            books.Later(tell =>
            {
                charge.Authorise();
                tell(AdyenTellings.Authorisation(books, charge, AdyenVerdict.Authorised));
            });
            return answer;
        }

        if (order.Verdict.IsAuthorised) charge.Authorise();
        else charge.Refuse();
        books.Done(request, charge, null, charge.Amount, order.Verdict.IsAuthorised ? "done" : "declined");
        if (order is { StoresMethod: true, Shopper: { } shopper } && order.Verdict.IsAuthorised)
            AddToken(answer, stored.Store(request, shopper, order.Method));
        request.Tell(AdyenTellings.Authorisation(books, charge, order.Verdict));
        if (charge.IsCaptured) aftermath.Follow(charge, "AUTHORISATION", charge.Psp, charge.Reference, charge.Amount);
        return answer;
    }

    private AdyenOrder Read(JsonObject body)
    {
        var (amount, currency) = AdyenRequest.Amount(body, min: 0);
        var reference = body.Required("reference", "130");
        if (body.Object("paymentMethod") is not { } given) throw AdyenRefusal.Missing("14_006", "paymentMethod");
        var shopper = body.Text("shopperReference");
        var method = given.Text("storedPaymentMethodId") is { } token ? stored.MethodOf(token, shopper) : AdyenMethod.Read(given);
        var verdict = AdyenVerdict.Of(method, body.Object("additionalData")?.Text("RequestedTestAcquirerResponseCode"));
        return new AdyenOrder(
            reference, amount, currency, method, shopper, body.Integer("captureDelayHours") == 0,
            body.Flag("storePaymentMethod") == true && given.Text("storedPaymentMethodId") is null, verdict)
        {
            OrderReference = body.Text("merchantOrderReference") ?? reference,
        };
    }

    private static Uri ReturnUrl(JsonObject body) =>
        Uri.TryCreate(body.Required("returnUrl", "14_0408"), UriKind.Absolute, out var url)
            ? url
            : throw AdyenRefusal.Invalid("14_0411", "Field 'returnUrl' is not valid.");

    /// <summary>Only a payer who is there can be asked.</summary>
    private static bool AsksPayer(JsonObject body, AdyenMethod method)
    {
        if (body.Text("shopperInteraction") is "ContAuth" or "Moto") return false;
        return body.Object("authenticationData")?.Text("attemptAuthentication") switch
        {
            "always" => true,
            "never" => false,
            _ => method.AsksForChallenge,
        };
    }

    private ApiAnswer Redirect(AdyenOrder order, Uri returnUrl)
    {
        var challenge = new AdyenChallenge { Id = AdyenBooks.NewSecret(), Order = order, ReturnUrl = returnUrl };
        books.Challenges.Add(challenge.Id, challenge);
        return AdyenAnswers.Ok(new JsonObject
        {
            ["resultCode"] = "RedirectShopper",
            ["action"] = new JsonObject
            {
                ["paymentMethodType"] = order.Method.Type,
                ["url"] = new Uri(books.Floor.Self, AdyenPages.ChallengePath + challenge.Id).ToString(),
                ["method"] = "GET",
                ["type"] = "redirect",
            },
        });
    }

    private static JsonObject Body(AdyenCharge charge, AdyenVerdict verdict)
    {
        var body = new JsonObject
        {
            ["additionalData"] = new JsonObject
            {
                ["cardSummary"] = charge.Method.LastFour,
                ["expiryDate"] = $"{charge.Method.ExpiryMonth}/{charge.Method.ExpiryYear}",
                ["avsResult"] = "7 Both postal code and address match",
                ["cvcResult"] = "1 Matches",
                ["refusalReasonRaw"] = verdict.Raw,
                ["paymentMethod"] = charge.Method.Brand,
            },
            ["pspReference"] = charge.Psp,
            ["resultCode"] = verdict.ResultCode,
            ["amount"] = AdyenRequest.AmountOf(charge.Currency, charge.Amount),
            ["merchantReference"] = charge.Reference,
            ["paymentMethod"] = new JsonObject { ["type"] = charge.Method.Type, ["brand"] = charge.Method.Brand },
        };
        if (verdict.Code.Length > 0) (body["refusalReason"], body["refusalReasonCode"]) = (verdict.Reason, verdict.Code);
        else body["fraudResult"] = new JsonObject { ["accountScore"] = 12, ["results"] = new JsonArray() };
        return body;
    }

    private static void AddToken(JsonObject answer, AdyenToken token)
    {
        var additional = answer.Object("additionalData")!;
        additional["tokenization.storedPaymentMethodId"] = token.Id;
        additional["tokenization.shopperReference"] = token.Shopper;
        additional["tokenization.store.operationType"] = "created";
        additional["recurring.recurringDetailReference"] = token.Id;
        additional["recurring.shopperReference"] = token.Shopper;
    }
}
