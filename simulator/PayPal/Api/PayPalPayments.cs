using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>/v2/payments: authorisations, captures and refunds.</summary>
internal sealed class PayPalPayments(PayPalBooks books, PayPalResources resources, PayPalCashier cashier)
{
    private const int TooSoonDays = 4;
    private const int ExpiredDays = 29;

    public ApiAnswer GetAuthorization(ApiRequest request) => PayPalAnswers.Ok(resources.Authorization(Authorization(request)));

    public ApiAnswer GetCapture(ApiRequest request) => PayPalAnswers.Ok(resources.Capture(Found(request)));

    public ApiAnswer GetRefund(ApiRequest request) => PayPalAnswers.Ok(resources.Refund(
        books.Refunds.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound()));

    public ApiAnswer CaptureAuthorization(ApiRequest request)
    {
        var (entry, body) = (Authorization(request), PayPalRequest.Read(request));
        if (!entry.Verdict.IsApproved)
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_DENIED", "An denied authorization cannot be captured.");
        if (entry.IsVoided)
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized.");
        if (entry.Created.AddDays(ExpiredDays) < request.Now)
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_EXPIRED", "An expired authorization cannot be captured.");
        if (entry.Status == "CAPTURED")
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_ALREADY_CAPTURED", "Authorization has previously been captured.");
        var amount = AmountIn(body, entry.Order, "AUTH_CAPTURE_CURRENCY_MISMATCH") ?? entry.Left;
        if (amount > entry.Left)
            throw PayPalRefusal.Unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "Capture amount exceeds allowable limit.");
        var invoice = body.Text("invoice_id");
        books.TakeInvoice(invoice, entry.Order.Id);

        var capture = cashier.Take(request, entry.Order, entry, amount, body.Flag("final_capture") ?? false, invoice);
        return Show(request, () => resources.Capture(capture));
    }

    public ApiAnswer Reauthorize(ApiRequest request)
    {
        var entry = Authorization(request);
        if (entry.IsReauthorization)
            throw PayPalRefusal.Unprocessable("REAUTHORIZATION_NOT_SUPPORTED", "A reauthorize cannot be attempted on a reauthorization.");
        if (entry.IsVoided)
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized.");
        if (entry.Captured > 0)
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_ALREADY_CAPTURED", "Authorization has previously been captured.");
        if (entry.Created.AddDays(TooSoonDays) > request.Now)
            throw PayPalRefusal.Unprocessable("REAUTHORIZATION_TOO_SOON", "A reauthorization is allowed from the fourth day on.");
        var amount = AmountIn(PayPalRequest.Read(request), entry.Order, "AUTH_CURRENCY_MISMATCH") ?? entry.Amount;
        if (amount > entry.Amount)
            throw PayPalRefusal.Unprocessable("AUTHORIZATION_AMOUNT_EXCEEDED", "Authorization amount specified exceeded allowable limit.");

        // The new one takes the old one's place: money is held once.
        entry.IsClosed = entry.IsVoided = true;
        var renewed = cashier.Hold(request, entry.Order, amount, isReauthorization: true);
        return Show(request, () => resources.Authorization(renewed));
    }

    public ApiAnswer Void(ApiRequest request)
    {
        var entry = Authorization(request);
        if (entry.IsVoided)
            throw PayPalRefusal.Unprocessable(
                "PREVIOUSLY_VOIDED", "Authorization has been previously voided and hence cannot be voided again.");
        if (entry.Captured > 0)
            throw PayPalRefusal.Unprocessable(
                "PREVIOUSLY_CAPTURED", "Authorization has been previously captured and hence cannot be voided.");
        if (!entry.Verdict.IsApproved) throw PayPalRefusal.Unprocessable("CANNOT_BE_VOIDED", "A denied authorization cannot be voided.");

        cashier.Release(request, entry);
        return PayPalRequest.WantsAll(request)
            ? PayPalAnswers.Created(() => resources.Authorization(entry), status: 200)
            : PayPalAnswers.NoContent;
    }

    public ApiAnswer Refund(ApiRequest request)
    {
        var (capture, body) = (Found(request), PayPalRequest.Read(request));
        if (capture.IsPending) throw PayPalRefusal.Unprocessable("PENDING_CAPTURE", "Cannot initiate a refund as the capture is pending.");
        if (!capture.Verdict.IsApproved) throw PayPalRefusal.Unprocessable("REFUND_NOT_ALLOWED", "Capture cannot be refunded.");
        if (capture.Left == 0)
            throw PayPalRefusal.Unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded");
        var amount = AmountIn(body, capture.Order, "REFUND_CAPTURE_CURRENCY_MISMATCH") ?? capture.Left;
        if (amount > capture.Left)
            throw PayPalRefusal.Unprocessable(
                "REFUND_AMOUNT_EXCEEDED",
                "The refund amount must be less than or equal to the capture amount that has not yet been refunded.");

        var terms = new RefundTerms(body.Text("invoice_id"), body.Text("custom_id"), body.Text("note_to_payer"));
        var refund = cashier.GiveBack(request, capture, amount, terms);
        return Show(request, () => resources.Refund(refund));
    }

    private AuthorizationEntry Authorization(ApiRequest request) =>
        books.Authorizations.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound();

    private CaptureEntry Found(ApiRequest request) =>
        books.Captures.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound();

    /// <summary>Null when no amount is named.</summary>
    private static long? AmountIn(JsonObject body, OrderEntry order, string mismatch)
    {
        if (body.Object("amount") is not { } money) return null;
        var (amount, currency) = PayPalAmounts.Read(money, "/amount");
        return currency.Code == order.Currency.Code
            ? amount
            : throw PayPalRefusal.Unprocessable(mismatch, "The currency must be that of the payment.", "/amount/currency_code");
    }

    private static ApiAnswer Show(ApiRequest request, Func<JsonObject> resource)
    {
        var isFull = PayPalRequest.WantsAll(request);
        return PayPalAnswers.Created(() => isFull ? resource() : PayPalResources.Minimal(resource()));
    }
}
