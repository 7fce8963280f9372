using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;
using PaymentPipeline.Simulator.Shop;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>/v2/checkout/orders.</summary>
internal sealed class PayPalOrders(PayPalBooks books, PayPalResources resources, PayPalCashier cashier)
{
    private const int CustomIdLengthMax = 255;
    private const int InvoiceIdLengthMax = 127;

    public ApiAnswer Create(ApiRequest request)
    {
        var body = PayPalRequest.Read(request);
        var order = Open(body);
        if (body.Object("payment_source") is not { } source)
        {
            Enter(order);
            books.Done(request, order, null, order.Amount, "pending");
            return Show(request, order, 201);
        }
        if (request.Key is null)
            throw PayPalRefusal.Malformed(
                "PAYPAL_REQUEST_ID_REQUIRED", "PayPal-Request-Id", "A PayPal-Request-Id is required if you are trying to process payment.");
        order.Payer = PayPalPayer.Read(source, books);
        if (order.Payer.IsDeclined) throw Declined();
        ReadAddresses(order, source);
        Enter(order);
        Present(request, order);
        return Show(request, order, order.Status == "PAYER_ACTION_REQUIRED" ? 200 : 201);
    }

    public ApiAnswer Get(ApiRequest request) => PayPalAnswers.Ok(resources.Order(books.Order(request)));

    public ApiAnswer ConfirmSource(ApiRequest request)
    {
        var (order, body) = (books.Order(request), PayPalRequest.Read(request));
        if (order.Status is "COMPLETED" or "VOIDED")
            throw PayPalRefusal.Unprocessable("ORDER_CANNOT_BE_CONFIRMED", "An order with status = 'COMPLETED' cannot be confirmed again.");
        if (body.Object("payment_source") is not { } source) throw PayPalRefusal.Missing("/payment_source");
        order.Payer = PayPalPayer.Read(source, books);
        ReadAddresses(order, source);
        (order.Status, order.Updated) = (order.Payer.NeedsAction ? "PAYER_ACTION_REQUIRED" : "APPROVED", request.Now);
        order.Truth.RequiresAction();
        books.Done(request, order, null, order.Amount, "pending");
        return Show(request, order, 200);
    }

    public ApiAnswer Capture(ApiRequest request) => Finish(request, "CAPTURE", "ORDER_ALREADY_CAPTURED", "authorize");

    public ApiAnswer Authorize(ApiRequest request) => Finish(request, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED", "capture");

    /// <summary>JSON patches of what may change before the payer approved.</summary>
    public ApiAnswer Patch(ApiRequest request)
    {
        var order = books.Order(request);
        if (order.Status is "COMPLETED" or "VOIDED")
            throw PayPalRefusal.Unprocessable("ORDER_ALREADY_COMPLETED", "The order cannot be patched after it is completed.");
        if (JsonBody.Read(request.Body) is not JsonArray patches) throw PayPalRequest.Malformed();
        foreach (var patch in patches.OfType<JsonObject>()) Patch(order, patch);
        order.Updated = request.Now;
        return PayPalAnswers.NoContent;
    }

    private ApiAnswer Finish(ApiRequest request, string intent, string alreadyDone, string other)
    {
        var order = books.Order(request);
        var source = request.Body.Length == 0 ? null : PayPalRequest.Read(request).Object("payment_source");
        if (order.Intent != intent)
            throw PayPalRefusal.Unprocessable(
                "ACTION_DOES_NOT_MATCH_INTENT", $"Order was created with an intent to '{order.Intent}'. Please use the call {other}.");
        if (order.Status == "COMPLETED") throw PayPalRefusal.Unprocessable(alreadyDone, "Only one per order is allowed.");
        if (source is not null && order.Status == "CREATED") order.Payer = PayPalPayer.Read(source, books);
        if (order.Payer is not { NeedsAction: false } payer)
            throw order.Status == "PAYER_ACTION_REQUIRED"
                ? PayPalRefusal.Unprocessable(
                    "PAYER_ACTION_REQUIRED", "Transaction cannot complete successfully, instruct the buyer to return to PayPal.")
                : PayPalRefusal.Unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment.");
        if (payer.IsDeclined) throw Declined();

        cashier.Complete(request, order);
        return Show(request, order, 201);
    }

    private static PayPalRefusal Declined() => PayPalRefusal.Unprocessable(
        "INSTRUMENT_DECLINED", "The instrument presented was either declined by the processor or bank.");

    private OrderEntry Open(JsonObject body)
    {
        var intent = body.Text("intent") ?? throw PayPalRefusal.Missing("/intent");
        if (intent is not ("CAPTURE" or "AUTHORIZE"))
            throw PayPalRefusal.Malformed("INVALID_PARAMETER_VALUE", "/intent", "The value of a field is invalid.");
        var units = body.Objects("purchase_units").ToArray();
        if (units.Length == 0) throw PayPalRefusal.Missing("/purchase_units");
        if (units.Length > 1)
            throw PayPalRefusal.Unprocessable("MSP_NOT_SUPPORTED", "Multiple purchase units are not supported for this operation.");
        const string field = "/purchase_units/@reference_id=='default'";
        var unit = units[0];
        var (amount, currency) = PayPalAmounts.Read(unit.Object("amount"), field + "/amount");
        PayPalAmounts.CheckSums(unit, amount, currency, field);
        PayPalRequest.CheckLength(unit, "custom_id", CustomIdLengthMax, field);
        PayPalRequest.CheckLength(unit, "invoice_id", InvoiceIdLengthMax, field);

        var id = books.NewId();
        var custom = unit.Text("custom_id");
        var order = new OrderEntry
        {
            Id = id, Intent = intent, Unit = (JsonObject)unit.DeepClone(), Amount = amount, Currency = currency,
            Created = books.Now, Updated = books.Now,
            CompletesOnApproval = body.Text("processing_instruction") == "ORDER_COMPLETE_ON_PAYMENT_APPROVAL",
            Truth = new PaymentTruth
            {
                Gateway = "paypal", Account = PayPalBooks.Account, GatewayPaymentId = id, PaymentId = custom, OrderId = custom ?? id,
                Currency = currency, Amount = amount,
            },
        };
        ReadAddresses(order, body);
        return order;
    }

    /// <summary>The order stands from here on: what is refused before leaves no trace.</summary>
    private void Enter(OrderEntry order)
    {
        books.Orders.Add(order.Id, order);
        books.Floor.Truth.Open(order.Truth);
    }

    private void Present(ApiRequest request, OrderEntry order)
    {
        if (!order.Payer!.NeedsAction)
        {
            cashier.Complete(request, order);
            return;
        }
        order.Status = "PAYER_ACTION_REQUIRED";
        order.Truth.RequiresAction();
        books.Done(request, order, null, order.Amount, "pending");
    }

    private static void ReadAddresses(OrderEntry order, JsonObject from)
    {
        var method = from.Object("paypal") ?? from.Object("card") ?? from;
        if ((method.Object("experience_context") ?? from.Object("application_context")) is not { } context) return;
        order.ReturnUrl = context.Text("return_url") ?? order.ReturnUrl;
        order.CancelUrl = context.Text("cancel_url") ?? order.CancelUrl;
    }

    private static void Patch(OrderEntry order, JsonObject patch)
    {
        var path = patch.Text("path") ?? throw PayPalRefusal.Malformed("MISSING_REQUIRED_PARAMETER", "/path", "A path is required.");
        var name = path[(path.LastIndexOf('/') + 1)..];
        var isKnown = path.StartsWith("/purchase_units/@reference_id=='", StringComparison.Ordinal)
            && name is "custom_id" or "invoice_id" or "description" or "soft_descriptor" or "amount";
        if (!isKnown || patch.Text("op") is not ("add" or "replace"))
            throw PayPalRefusal.Unprocessable("NOT_PATCHABLE", "Cannot be patched.", path);
        if (name == "amount")
        {
            var (amount, currency) = PayPalAmounts.Read(patch.Object("value"), path);
            if (currency.Code != order.Currency.Code || order.Status != "CREATED")
                throw PayPalRefusal.Unprocessable("AMOUNT_NOT_PATCHABLE", "The amount cannot be updated.", path);
            if (amount != order.Amount)
                throw PayPalRefusal.Unprocessable("AMOUNT_CHANGE_NOT_ALLOWED", "The simulator keeps the amount of an order.", path);
        }
        order.Unit[name] = patch["value"].Copy();
    }

    private ApiAnswer Show(ApiRequest request, OrderEntry order, int status)
    {
        var isFull = PayPalRequest.WantsAll(request);
        return PayPalAnswers.Created(() => isFull ? resources.Order(order) : Brief(order), status);
    }

    /// <summary>Of an order, even the minimal answer shows how it is paid.</summary>
    private JsonObject Brief(OrderEntry order)
    {
        var full = resources.Order(order);
        var brief = PayPalResources.Minimal(full);
        if (full["payment_source"] is { } source) brief["payment_source"] = source.Copy();
        if (full["payer"] is { } payer) brief["payer"] = payer.Copy();
        if (full["purchase_units"]![0]!["payments"] is { } payments)
            brief["purchase_units"] = new JsonArray(new JsonObject
            {
                ["reference_id"] = full["purchase_units"]![0]!["reference_id"].Copy(), ["payments"] = payments.Copy(),
            });
        return brief;
    }
}
