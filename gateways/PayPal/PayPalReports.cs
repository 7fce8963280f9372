using System.Globalization;
using System.Text.Json;

namespace PaymentPipeline.Gateways.PayPal;

/// <summary>
/// Finds a payment whose order we never learned of, by our payment id in PayPal's list of transactions. The list is hours behind, so
/// that it is asked only about what is long past; before, the webhooks will have told of any money that moved. That nothing is listed
/// counts only for money that was to be taken at once: whether every hold is listed, PayPal does not say.
/// </summary>
internal sealed class PayPalReports(PayPalLine line, TimeProvider time)
{
    private const int PageSize = 500;
    private const int PagesMax = 20;

    // New rows appear after about three hours.
    private static readonly TimeSpan LagMax = TimeSpan.FromHours(24);

    // Clocks differ; and the call may have been sent again while PayPal kept its key.
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan After = TimeSpan.FromHours(8);

    public async Task<GatewayReply> FindAsync(LookUpCall call, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - call.SentAt < LagMax)
            return PayPalReplies.Unreadable("PayPal cannot be asked by our ids yet, and its order is not known.");
        for (var page = 1; page <= PagesMax; page++)
        {
            var answer = await line.SendAsync(Page(call, page), cancellationToken);
            if (!answer.IsSuccess)
                return answer.Failed ?? PayPalReplies.Unknown(PayPalError.Of(answer).Failure);
            if (TransactionOf(answer.Body, call.PaymentId) is { ValueKind: JsonValueKind.Object } transaction)
                return await ReadAsync(call, transaction, cancellationToken);
            if (page >= (answer.Body.Integer("total_pages") ?? 0))
                return IsComplete(answer.Body, call) && call.CaptureMethod == CaptureMethod.Automatic
                    ? PayPalReplies.Refused("not_found", "PayPal lists no transaction of that payment.")
                    : PayPalReplies.Unreadable("PayPal's list of transactions cannot show yet that there is none.");
        }
        return PayPalReplies.Unreadable("PayPal's list of transactions is too long to be read.");
    }

    // Every row, for a held amount moves no balance.
    private static PayPalRequest Page(LookUpCall call, int page) => PayPalRequest.Get(string.Create(
        CultureInfo.InvariantCulture,
        $"/v1/reporting/transactions?start_date={Text(call.SentAt - Before)}&end_date={Text(call.SentAt + After)}"
        + $"&transaction_currency={call.Amount.Currency}&fields=transaction_info&balance_affecting_records_only=N"
        + $"&page_size={PageSize}&page={page}"));

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonElement TransactionOf(JsonElement list, string paymentId)
    {
        foreach (var row in PayPalOrder.Array(list, "transaction_details"))
        {
            var transaction = row.At("transaction_info");
            var isOurs = transaction.Text("custom_field") == paymentId || transaction.Text("invoice_id") == paymentId;
            if (isOurs && !IsGivenBack(transaction.Text("transaction_event_code") ?? ""))
                return transaction;
        }
        return default;
    }

    // Refunds and chargebacks name the payment too, but are not it.
    private static bool IsGivenBack(string code) =>
        code.StartsWith("T11", StringComparison.Ordinal) || code.StartsWith("T12", StringComparison.Ordinal);

    private static bool IsComplete(JsonElement list, LookUpCall call) =>
        GatewaySetup.TryParseInstant(list.Text("last_refreshed_datetime") ?? "", out var refreshed) && refreshed >= call.SentAt + After;

    // Where the row does not name its order, nor does it say whether it is a capture or an authorisation.
    private async Task<GatewayReply> ReadAsync(LookUpCall call, JsonElement transaction, CancellationToken cancellationToken)
    {
        var expected = PayPalExpected.Of(call) with { OperationId = call.PaymentId };
        if (transaction.Text("paypal_reference_id_type") == "ODR")
        {
            var order = await line.SendAsync(
                PayPalOrderRequests.Read(PayPalReplies.IdOf(transaction, "paypal_reference_id")), cancellationToken);
            if (order.IsSuccess)
                return PayPalReplies.OfOrder(expected, order);
        }
        var id = PayPalReplies.IdOf(transaction, "transaction_id");
        var capture = await line.SendAsync(PayPalPaymentRequests.ReadCapture(id), cancellationToken);
        if (capture.IsSuccess)
            return PayPalReplies.OfCapture(expected, capture.Body, capture.At, OrderOf(capture.Body), null);
        var authorization = await line.SendAsync(PayPalPaymentRequests.ReadAuthorization(id), cancellationToken);
        return authorization.IsSuccess
            ? PayPalReplies.OfAuthorization(call.Account, authorization.Body, authorization.At, OrderOf(authorization.Body))
            : PayPalReplies.Unreadable("A transaction of that payment is listed, but cannot be read.");
    }

    private static string? OrderOf(JsonElement resource) => resource.At("supplementary_data").At("related_ids").Text("order_id");
}
