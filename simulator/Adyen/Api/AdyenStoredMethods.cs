using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.Adyen.Api;

/// <summary>A stored way to pay, of one shopper.</summary>
internal sealed record AdyenToken(string Id, string Shopper, AdyenMethod Method, MethodTruth Truth);

/// <summary>/storedPaymentMethods and /paymentMethods.</summary>
internal sealed class AdyenStoredMethods(AdyenBooks books)
{
    public ApiAnswer Create(ApiRequest request)
    {
        var body = AdyenRequest.Read(request, books.Floor.Secrets);
        var shopper = body.Required("shopperReference", "14_010");
        if (body.Object("paymentMethod") is not { } given) throw AdyenRefusal.Missing("14_006", "paymentMethod");
        var method = AdyenMethod.Read(given);
        if (!method.IsCard) throw AdyenRefusal.Invalid("14_004", "Only cards can be stored.");
        return AdyenAnswers.Created(Resource(Store(request, shopper, method)));
    }

    public ApiAnswer List(ApiRequest request)
    {
        AdyenRequest.CheckMerchant(request.Query["merchantAccount"], books.Floor.Secrets);
        var shopper = Shopper(request);
        return AdyenAnswers.Ok(new JsonObject
        {
            ["merchantAccount"] = books.Floor.Secrets.AdyenMerchantAccount,
            ["shopperReference"] = shopper,
            ["storedPaymentMethods"] = new JsonArray([.. Of(shopper).Select(Resource)]),
        });
    }

    public ApiAnswer Delete(ApiRequest request)
    {
        AdyenRequest.CheckMerchant(request.Query["merchantAccount"], books.Floor.Secrets);
        if (books.Tokens.GetValueOrDefault(request.Route("id")) is not { } token || token.Shopper != Shopper(request))
            throw AdyenRefusal.Invalid("800", "Contract not found");
        books.Tokens.Remove(token.Id);
        token.Truth.Detach();
        Done(request, token);
        request.Tell(AdyenTellings.Token(books, token, "disabled"));
        return new ApiAnswer(204, "");
    }

    public ApiAnswer PaymentMethods(ApiRequest request)
    {
        var body = AdyenRequest.Read(request, books.Floor.Secrets);
        var stored = body.Text("shopperReference") is { } shopper ? Of(shopper) : [];
        return AdyenAnswers.Ok(new JsonObject
        {
            ["paymentMethods"] = new JsonArray(new JsonObject
            {
                ["brands"] = new JsonArray("visa", "mc", "amex"), ["name"] = "Cards", ["type"] = "scheme",
            }),
            ["storedPaymentMethods"] = new JsonArray([.. stored.Select(Offer)]),
        });
    }

    public AdyenToken Store(ApiRequest request, string shopper, AdyenMethod method)
    {
        var truth = new MethodTruth
        {
            Gateway = "adyen", Account = AdyenBooks.Account, Token = books.NewPsp(), UserId = shopper, Brand = method.Brand,
        };
        truth.Attach(expiryYear: null);
        var token = new AdyenToken(truth.Token, shopper, method, truth);
        books.Tokens.Add(token.Id, token);
        Done(request, token);
        request.Tell(AdyenTellings.Token(books, token, "created"));
        return token;
    }

    /// <summary>A shopper's own token only.</summary>
    public AdyenMethod MethodOf(string token, string? shopper) =>
        books.Tokens.GetValueOrDefault(token) is { } found && found.Shopper == shopper
            ? found.Method
            : throw AdyenRefusal.Invalid("803", "PaymentDetail not found");

    private void Done(ApiRequest request, AdyenToken token) => books.Floor.Truth.Done(
        new Effect
        {
            Operation = request.Operation == "detach" ? "detach" : "attach", Gateway = "adyen", Account = AdyenBooks.Account,
            Key = request.Key, PartId = token.Id, At = request.Now,
        },
        token.Truth);

    private static string Shopper(ApiRequest request) =>
        request.Query["shopperReference"] is [{ Length: > 0 } shopper, ..]
            ? shopper
            : throw AdyenRefusal.Missing("14_010", "shopperReference");

    private IEnumerable<AdyenToken> Of(string shopper) => books.Tokens.Values.Where(token => token.Shopper == shopper);

    private static JsonObject Resource(AdyenToken token) => new()
    {
        ["id"] = token.Id,
        ["brand"] = token.Method.Brand,
        ["type"] = "scheme",
        ["lastFour"] = token.Method.LastFour,
        ["expiryMonth"] = token.Method.ExpiryMonth,
        ["expiryYear"] = token.Method.ExpiryYear,
        ["holderName"] = token.Method.HolderName ?? "",
        ["shopperReference"] = token.Shopper,
        ["supportedRecurringProcessingModels"] = new JsonArray("CardOnFile", "Subscription", "UnscheduledCardOnFile"),
    };

    private static JsonObject Offer(AdyenToken token)
    {
        var offer = Resource(token);
        offer.Remove("shopperReference");
        offer["name"] = token.Method.Brand;
        offer["supportedShopperInteractions"] = new JsonArray("Ecommerce", "ContAuth");
        return offer;
    }
}
