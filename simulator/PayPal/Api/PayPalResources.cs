using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>PayPal's resources as answers and webhooks show them.</summary>
internal sealed class PayPalResources(Uri self)
{
    private const int AuthorizationDays = 29;

    public JsonObject Order(OrderEntry order)
    {
        var unit = (JsonObject)order.Unit.DeepClone();
        unit["reference_id"] ??= "default";
        unit["payee"] = new JsonObject { ["email_address"] = "merchant@example.com", ["merchant_id"] = "MERCHANT2345X" };
        if (Payments(order) is { Count: > 0 } payments) unit["payments"] = payments;
        var shown = new JsonObject
        {
            ["id"] = order.Id,
            ["intent"] = order.Intent,
            ["status"] = order.Status,
            ["purchase_units"] = new JsonArray(unit),
            ["create_time"] = PayPalBodies.Time(order.Created),
            ["update_time"] = PayPalBodies.Time(order.Updated),
            ["links"] = OrderLinks(order),
        };
        if (order.Payer is not { } payer) return shown;
        shown["payment_source"] = payer.Show(order.Vaulted);
        if (payer.Kind == "paypal" && order.Status is "APPROVED" or "COMPLETED")
            shown["payer"] = new JsonObject
            {
                ["name"] = new JsonObject { ["given_name"] = "Sam", ["surname"] = "Sample" },
                ["email_address"] = "buyer@example.com", ["payer_id"] = PayPalPayer.AccountId,
            };
        return shown;
    }

    public JsonObject Authorization(AuthorizationEntry entry)
    {
        var path = $"/v2/payments/authorizations/{entry.Id}";
        var shown = Common(entry.Id, entry.Status, entry.Created, entry.Updated);
        shown["amount"] = PayPalAmounts.Write(entry.Order.Currency, entry.Amount);
        Ours(shown, entry.Order.Unit.Text("invoice_id"), entry.Order.Unit.Text("custom_id"));
        shown["seller_protection"] = Protection();
        shown["expiration_time"] = PayPalBodies.Time(entry.Created.AddDays(AuthorizationDays));
        Processor(shown, entry.Order.Payer, entry.Verdict);
        shown["supplementary_data"] = Related(("order_id", entry.Order.Id));
        shown["links"] = new JsonArray(
            Link("self", path), Link("capture", path + "/capture", "POST"), Link("void", path + "/void", "POST"),
            Link("reauthorize", path + "/reauthorize", "POST"), Link("up", $"/v2/checkout/orders/{entry.Order.Id}"));
        return shown;
    }

    public JsonObject Capture(CaptureEntry entry)
    {
        var (currency, path) = (entry.Order.Currency, $"/v2/payments/captures/{entry.Id}");
        var shown = Common(entry.Id, entry.Status, entry.Created, entry.Updated);
        shown["amount"] = PayPalAmounts.Write(currency, entry.Amount);
        Ours(shown, entry.InvoiceId, entry.CustomId);
        shown["final_capture"] = entry.IsFinal;
        shown["disbursement_mode"] = "INSTANT";
        shown["seller_protection"] = Protection();
        if (entry.IsPending) shown["status_details"] = new JsonObject { ["reason"] = "ECHECK" };
        else if (entry.Verdict.IsApproved)
            shown["seller_receivable_breakdown"] = new JsonObject
            {
                ["gross_amount"] = PayPalAmounts.Write(currency, entry.Amount), ["paypal_fee"] = PayPalAmounts.Write(currency, entry.Fee),
                ["net_amount"] = PayPalAmounts.Write(currency, entry.Amount - entry.Fee),
            };
        Processor(shown, entry.Order.Payer, entry.Verdict);
        shown["supplementary_data"] = entry.Authorization is { } of
            ? Related(("order_id", entry.Order.Id), ("authorization_id", of.Id))
            : Related(("order_id", entry.Order.Id));
        var up = entry.Authorization is { } parent
            ? $"/v2/payments/authorizations/{parent.Id}"
            : $"/v2/checkout/orders/{entry.Order.Id}";
        shown["links"] = new JsonArray(Link("self", path), Link("refund", path + "/refund", "POST"), Link("up", up));
        return shown;
    }

    /// <summary>A refund names its capture only, by the link <c>up</c>.</summary>
    public JsonObject Refund(RefundEntry entry)
    {
        var currency = entry.Capture.Order.Currency;
        var shown = Common(entry.Id, entry.Status, entry.Created, entry.Updated);
        shown["amount"] = PayPalAmounts.Write(currency, entry.Amount);
        Ours(shown, entry.InvoiceId, entry.CustomId);
        if (entry.Note is not null) shown["note_to_payer"] = entry.Note;
        if (entry.Status != "COMPLETED") shown["status_details"] = new JsonObject { ["reason"] = "ECHECK" };
        shown["seller_payable_breakdown"] = new JsonObject
        {
            ["gross_amount"] = PayPalAmounts.Write(currency, entry.Amount), ["paypal_fee"] = PayPalAmounts.Write(currency, 0),
            ["net_amount"] = PayPalAmounts.Write(currency, entry.Amount),
            ["total_refunded_amount"] = PayPalAmounts.Write(currency, entry.Total),
        };
        shown["links"] = new JsonArray(
            Link("self", $"/v2/payments/refunds/{entry.Id}"), Link("up", $"/v2/payments/captures/{entry.Capture.Id}"));
        return shown;
    }

    public JsonObject Token(VaultedEntry entry)
    {
        var path = $"/v3/vault/payment-tokens/{entry.Id}";
        return new JsonObject
        {
            ["id"] = entry.Id,
            ["customer"] = Customer(entry.CustomerId, entry.MerchantCustomerId),
            ["payment_source"] = entry.Payer.ShowKept(),
            ["links"] = new JsonArray(Link("self", path), Link("delete", path, "DELETE")),
        };
    }

    public JsonObject Setup(SetupEntry entry)
    {
        var links = new JsonArray(Link("self", $"/v3/vault/setup-tokens/{entry.Id}"));
        if (entry.Status == "PAYER_ACTION_REQUIRED") links.Insert(0, Link("approve", PayPalPages.VaultPath + entry.Id));
        else links.Add((JsonNode)Link("confirm", "/v3/vault/payment-tokens", "POST"));
        return new JsonObject
        {
            ["id"] = entry.Id,
            ["customer"] = Customer(entry.CustomerId, entry.MerchantCustomerId),
            ["status"] = entry.Status,
            ["payment_source"] = entry.Payer.ShowKept(),
            ["links"] = links,
        };
    }

    /// <summary>What <c>Prefer: return=minimal</c> leaves of a resource.</summary>
    public static JsonObject Minimal(JsonObject full) =>
        new() { ["id"] = full["id"].Copy(), ["status"] = full["status"].Copy(), ["links"] = full["links"].Copy() };

    public JsonObject Link(string rel, string path, string method = "GET") =>
        new() { ["href"] = new Uri(self, path).ToString(), ["rel"] = rel, ["method"] = method };

    private JsonObject Payments(OrderEntry order)
    {
        var payments = new JsonObject();
        if (order.Authorizations.Count > 0)
            payments["authorizations"] = new JsonArray([.. order.Authorizations.Select(entry => Inside(Authorization(entry)))]);
        if (order.Captures.Count > 0) payments["captures"] = new JsonArray([.. order.Captures.Select(entry => Inside(Capture(entry)))]);
        var refunds = order.Captures.SelectMany(capture => capture.Refunds).ToArray();
        if (refunds.Length > 0) payments["refunds"] = new JsonArray([.. refunds.Select(Refund)]);
        return payments;
    }

    /// <summary>Within its order a resource does not say which order it is of.</summary>
    private static JsonObject Inside(JsonObject resource)
    {
        resource.Remove("supplementary_data");
        return resource;
    }

    private JsonArray OrderLinks(OrderEntry order)
    {
        var (path, page) = ($"/v2/checkout/orders/{order.Id}", $"{PayPalPages.OrderPath}?token={order.Id}");
        var act = order.Intent == "CAPTURE" ? "capture" : "authorize";
        return order.Status switch
        {
            "CREATED" => [Link("self", path), Link("approve", page), Link("update", path, "PATCH"), Link(act, $"{path}/{act}", "POST")],
            "PAYER_ACTION_REQUIRED" => [Link("self", path), Link("payer-action", page)],
            "APPROVED" => [Link("self", path), Link("update", path, "PATCH"), Link(act, $"{path}/{act}", "POST")],
            _ => [Link("self", path)],
        };
    }

    private static JsonObject Common(string id, string status, DateTimeOffset created, DateTimeOffset updated) => new()
    {
        ["id"] = id, ["status"] = status,
        ["create_time"] = PayPalBodies.Time(created), ["update_time"] = PayPalBodies.Time(updated),
    };

    private static void Ours(JsonObject shown, string? invoice, string? custom)
    {
        if (invoice is not null) shown["invoice_id"] = invoice;
        if (custom is not null) shown["custom_id"] = custom;
    }

    private static void Processor(JsonObject shown, PayPalPayer? payer, PayPalVerdict verdict)
    {
        if (payer is not { Kind: "card" }) return;
        var response = new JsonObject { ["response_code"] = verdict.Code, ["avs_code"] = verdict.Avs, ["cvv_code"] = verdict.Cvv };
        if (verdict.Advice is not null) response["payment_advice_code"] = verdict.Advice;
        shown["processor_response"] = response;
    }

    private static JsonObject Protection() =>
        new() { ["status"] = "ELIGIBLE", ["dispute_categories"] = new JsonArray("ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION") };

    private static JsonObject Related(params ReadOnlySpan<(string Name, string Id)> ids)
    {
        var related = new JsonObject();
        foreach (var (name, id) in ids) related[name] = id;
        return new JsonObject { ["related_ids"] = related };
    }

    private static JsonObject Customer(string id, string? merchantId)
    {
        var customer = new JsonObject { ["id"] = id };
        if (merchantId is not null) customer["merchant_customer_id"] = merchantId;
        return customer;
    }
}
