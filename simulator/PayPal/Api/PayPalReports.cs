using System.Globalization;
using System.Text.Json.Nodes;
using PaymentPipeline.Simulator.Api;

namespace PaymentPipeline.Simulator.PayPal.Api;

/// <summary>What is only read: /v1/customer/disputes and /v1/reporting/transactions.</summary>
internal sealed class PayPalReports(PayPalBooks books, PayPalResources resources)
{
    private const int RangeDaysMax = 31;
    private const int PageSizeMax = 500;

    public ApiAnswer Disputes(ApiRequest request)
    {
        var capture = (string?)request.Query["disputed_transaction_id"];
        var found = books.Disputes.Values.Where(entry => capture is null || entry.Capture.Id == capture);
        return PayPalAnswers.Ok(new JsonObject
        {
            ["items"] = new JsonArray([.. found.Select(entry => Dispute(entry, resources))]),
            ["links"] = new JsonArray(resources.Link("self", "/v1/customer/disputes")),
        });
    }

    public ApiAnswer GetDispute(ApiRequest request) => PayPalAnswers.Ok(Dispute(
        books.Disputes.GetValueOrDefault(request.Route("id")) ?? throw PayPalRefusal.NotFound(), resources));

    public static JsonObject Dispute(DisputeEntry entry, PayPalResources resources)
    {
        var (order, time) = (entry.Capture.Order, PayPalBodies.Time(entry.Created));
        var transaction = new JsonObject
        {
            ["seller_transaction_id"] = entry.Capture.Id,
            ["seller"] = new JsonObject { ["merchant_id"] = "MERCHANT2345X", ["name"] = "Example Shop" },
        };
        if (entry.Capture.InvoiceId is { } invoice) transaction["invoice_number"] = invoice;
        if (entry.Capture.CustomId is { } custom) transaction["custom"] = custom;
        return new JsonObject
        {
            ["dispute_id"] = entry.Id,
            ["create_time"] = time,
            ["update_time"] = time,
            ["disputed_transactions"] = new JsonArray(transaction),
            ["reason"] = "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            ["status"] = "WAITING_FOR_SELLER_RESPONSE",
            ["dispute_amount"] = PayPalAmounts.Write(order.Currency, entry.Capture.Amount),
            ["dispute_life_cycle_stage"] = "INQUIRY",
            ["dispute_channel"] = "INTERNAL",
            ["seller_response_due_date"] = PayPalBodies.Time(entry.Created.AddDays(10)),
            ["links"] = new JsonArray(resources.Link("self", $"/v1/customer/disputes/{entry.Id}")),
        };
    }

    /// <summary>Captures and refunds of a time of at most 31 days; amounts are signed, fees negative.</summary>
    public ApiAnswer Transactions(ApiRequest request)
    {
        var (from, until) = (Time(request, "start_date"), Time(request, "end_date"));
        if (until < from || until - from > TimeSpan.FromDays(RangeDaysMax))
            throw PayPalRefusal.Malformed("INVALID_REQUEST", "end_date", $"Date range is greater than {RangeDaysMax} days");
        var (size, page) = (Math.Min(Number(request, "page_size", 100), PageSizeMax), Number(request, "page", 1));
        var wanted = (string?)request.Query["transaction_id"];
        var all = Rows().Where(row => row.Time >= from && row.Time <= until && (wanted is null || row.Id == wanted))
            .OrderBy(row => row.Time).ToArray();
        return PayPalAnswers.Ok(new JsonObject
        {
            ["transaction_details"] = new JsonArray(
                [.. all.Skip((page - 1) * size).Take(size).Select(row => new JsonObject { ["transaction_info"] = row.Info })]),
            ["account_number"] = "MERCHANT2345X",
            ["start_date"] = PayPalBodies.Time(from),
            ["end_date"] = PayPalBodies.Time(until),
            ["last_refreshed_datetime"] = PayPalBodies.Time(request.Now),
            ["page"] = page,
            ["total_items"] = all.Length,
            ["total_pages"] = (all.Length + size - 1) / size,
            ["links"] = new JsonArray(resources.Link("self", $"/v1/reporting/transactions{request.QueryString}")),
        });
    }

    private IEnumerable<(string Id, DateTimeOffset Time, JsonObject Info)> Rows()
    {
        foreach (var entry in books.Captures.Values.Where(entry => entry.Verdict.IsApproved))
        {
            var info = Info(entry.Id, "T0006", entry.IsPending ? "P" : "S", entry.Created, entry.InvoiceId, entry.CustomId);
            info["transaction_amount"] = PayPalAmounts.Write(entry.Order.Currency, entry.Amount);
            info["fee_amount"] = PayPalAmounts.Write(entry.Order.Currency, -entry.Fee);
            info["paypal_reference_id"] = entry.Order.Id;
            info["paypal_reference_id_type"] = "ODR";
            yield return (entry.Id, entry.Created, info);
        }
        foreach (var entry in books.Refunds.Values)
        {
            var status = entry.Status switch { "COMPLETED" => "S", "PENDING" => "P", _ => "D" };
            var info = Info(entry.Id, "T1107", status, entry.Created, entry.InvoiceId, entry.CustomId);
            info["transaction_amount"] = PayPalAmounts.Write(entry.Capture.Order.Currency, -entry.Amount);
            info["paypal_reference_id"] = entry.Capture.Id;
            info["paypal_reference_id_type"] = "TXN";
            yield return (entry.Id, entry.Created, info);
        }
    }

    private static JsonObject Info(string id, string code, string status, DateTimeOffset time, string? invoice, string? custom)
    {
        var info = new JsonObject
        {
            ["transaction_id"] = id, ["transaction_event_code"] = code, ["transaction_status"] = status,
            ["transaction_initiation_date"] = PayPalBodies.Time(time), ["transaction_updated_date"] = PayPalBodies.Time(time),
        };
        if (invoice is not null) info["invoice_id"] = invoice;
        if (custom is not null) info["custom_field"] = custom;
        return info;
    }

    private static DateTimeOffset Time(ApiRequest request, string name) =>
        DateTimeOffset.TryParse(request.Query[name], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw PayPalRefusal.Malformed(
                "INVALID_PARAMETER_SYNTAX", name, "The value of a field does not conform to the expected format.");

    private static int Number(ApiRequest request, string name, int absent) =>
        int.TryParse(request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : absent;
}
