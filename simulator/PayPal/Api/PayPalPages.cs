using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>
/// The pages that a payer is sent to: for an order (the wallet's approval, a card's 3-D Secure) and for a setup token. A form each,
/// so that a browser, or a test that posts the form, decides and is sent back to the merchant.
/// </summary>
internal sealed class PayPalPages(PayPalBooks books, PayPalTellings tellings, PayPalCashier cashier)
{
    public const string OrderPath = "/checkoutnow";
    public const string VaultPath = "/agreements/approve?approval_session_id=";

    public ApiAnswer Order(ApiRequest request)
    {
        if (books.Orders.GetValueOrDefault((string?)request.Query["token"] ?? "") is not { } order) return PayerPage.NotFound();
        if (request.Method == "GET")
            return PayerPage.Choice(
                "PayPal", $"Pay {order.Currency.Text(order.Amount)} {order.Currency.Code}?",
                ("approve", "Approve"), ("decline", "Approve with an account that has no money"), ("cancel", "Cancel"));

        var decision = PayerPage.Decision(request);
        if (decision is "approve" or "decline" && order.Status is "CREATED" or "PAYER_ACTION_REQUIRED")
            Approve(request, order, decision == "decline");
        var back = order.Status is "APPROVED" or "COMPLETED" ? order.ReturnUrl : order.CancelUrl;
        return Uri.TryCreate(back, UriKind.Absolute, out var address)
            ? PayerPage.SendTo(address, ("token", order.Id), ("PayerID", PayPalPayer.AccountId))
            : PayerPage.Done();
    }

    public ApiAnswer Setup(ApiRequest request)
    {
        var id = (string?)request.Query["approval_session_id"] ?? "";
        if (books.Setups.GetValueOrDefault(id) is not { } setup) return PayerPage.NotFound();
        if (request.Method == "GET") return PayerPage.Choice("PayPal", "Keep this way to pay?", ("approve", "Agree"), ("cancel", "Cancel"));

        var isAgreed = PayerPage.Decision(request) == "approve";
        if (isAgreed && setup.Status == "PAYER_ACTION_REQUIRED") setup.Status = "APPROVED";
        return Uri.TryCreate(isAgreed ? setup.ReturnUrl : setup.CancelUrl, UriKind.Absolute, out var address)
            ? PayerPage.SendTo(address, ("approval_token_id", setup.Id), ("approval_session_id", setup.Id))
            : PayerPage.Done();
    }

    private void Approve(ApiRequest request, OrderEntry order, bool isDeclined)
    {
        order.Payer = (order.Payer ?? new PayPalPayer("paypal")) with { NeedsAction = false, IsDeclined = isDeclined };
        (order.Status, order.Updated) = ("APPROVED", request.Now);
        order.Truth.RequiresAction();
        request.Tell(tellings.OrderApproved(order));
        if (order.CompletesOnApproval && !isDeclined) cashier.Complete(request, order);
    }
}
