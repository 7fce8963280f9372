using System.Globalization;
using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>/v3/vault: setup tokens, which the payer may have to approve, and the payment tokens that come of them.</summary>
internal sealed class PayPalVault(PayPalBooks books, PayPalResources resources, PayPalKeeper keeper)
{
    /// <summary>Begins the setup tokens of tests, which everybody approved; the cardholder's name stands behind it.</summary>
    private const string TestSetup = "SETUP-";

    public ApiAnswer CreateSetup(ApiRequest request)
    {
        var body = ReadWithKey(request);
        var source = body.Object("payment_source") ?? throw PayPalRefusal.Missing("/payment_source");
        var payer = PayPalPayer.Read(source, books);
        var context = (source.Object(payer.Kind) ?? source).Object("experience_context");
        var setup = new SetupEntry
        {
            Id = books.NewId(), CustomerId = body.Object("customer")?.Text("id") ?? keeper.NewCustomer(),
            MerchantCustomerId = body.Object("customer")?.Text("merchant_customer_id"), Payer = payer,
            ReturnUrl = context?.Text("return_url"), CancelUrl = context?.Text("cancel_url"),
            Status = payer.NeedsAction ? "PAYER_ACTION_REQUIRED" : "APPROVED",
        };
        books.Setups.Add(setup.Id, setup);
        return PayPalAnswers.Created(() => resources.Setup(setup));
    }

    public ApiAnswer GetSetup(ApiRequest request) => PayPalAnswers.Ok(resources.Setup(
        books.Setups.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound()));

    public ApiAnswer CreateToken(ApiRequest request)
    {
        var body = ReadWithKey(request);
        var source = body.Object("payment_source") ?? throw PayPalRefusal.Missing("/payment_source");
        var customer = body.Object("customer");
        var token = source.Object("token") is { } setup
            ? FromSetup(request, setup, customer)
            : keeper.Keep(request, PayPalPayer.Read(source, books), customer?.Text("id"), customer?.Text("merchant_customer_id"));
        return PayPalAnswers.Created(() => resources.Token(token));
    }

    public ApiAnswer GetToken(ApiRequest request) => PayPalAnswers.Ok(resources.Token(Token(request)));

    /// <summary>204 also where there is none: to delete twice is to delete.</summary>
    public ApiAnswer DeleteToken(ApiRequest request)
    {
        if (books.Vault.GetValueOrDefault(request.Route("id")) is { } token) keeper.Forget(request, token);
        return PayPalAnswers.NoContent;
    }

    public ApiAnswer ListTokens(ApiRequest request)
    {
        if (request.Query["customer_id"] is not [{ Length: > 0 } customer, ..])
            throw PayPalRefusal.Malformed("MISSING_REQUIRED_PARAMETER", "customer_id", "A required field / parameter is missing.");
        var (size, page) = (Number(request, "page_size", 5), Number(request, "page", 1));
        var all = books.Vault.Values.Where(token => token.CustomerId == customer).ToArray();
        var pages = (all.Length + size - 1) / size;
        var shown = new JsonObject
        {
            ["customer"] = new JsonObject { ["id"] = customer },
            ["payment_tokens"] = new JsonArray([.. all.Skip((page - 1) * size).Take(size).Select(resources.Token)]),
            ["links"] = new JsonArray(resources.Link("self", $"/v3/vault/payment-tokens{request.QueryString}")),
        };
        if (request.Query["total_required"] == "true") (shown["total_items"], shown["total_pages"]) = (all.Length, pages);
        return PayPalAnswers.Ok(shown);
    }

    private VaultedEntry FromSetup(ApiRequest request, JsonObject token, JsonObject? customer)
    {
        var id = token.Text("id") ?? "";
        if (id.StartsWith(TestSetup, StringComparison.Ordinal))
            return keeper.Keep(
                request, new PayPalPayer("card", id[TestSetup.Length..], "4032039668387500", "2030-03"), customer?.Text("id"),
                customer?.Text("merchant_customer_id"));
        if (books.Setups.GetValueOrDefault(id) is not { } setup)
            throw PayPalRefusal.Unprocessable("TOKEN_NOT_FOUND", "Specified token was not found.", "/payment_source/token/id");
        if (setup.Status != "APPROVED")
            throw PayPalRefusal.Unprocessable(
                setup.Status == "VAULTED" ? "TOKEN_ALREADY_USED" : "SETUP_TOKEN_NOT_APPROVED", "The setup token cannot be used.",
                "/payment_source/token/id");
        setup.Status = "VAULTED";
        var merchantId = setup.MerchantCustomerId ?? customer?.Text("merchant_customer_id");
        return keeper.Keep(request, setup.Payer with { NeedsAction = false }, setup.CustomerId, merchantId);
    }

    private VaultedEntry Token(ApiRequest request) =>
        books.Vault.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound();

    private static JsonObject ReadWithKey(ApiRequest request) => request.Key is not null
        ? PayPalRequest.Read(request)
        : throw PayPalRefusal.Malformed("MISSING_REQUIRED_PARAMETER", "PayPal-Request-Id", "PayPal-Request-Id is required.");

    private static int Number(ApiRequest request, string name, int absent) =>
        int.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : absent;
}
