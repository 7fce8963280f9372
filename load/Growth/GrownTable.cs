namespace PaymentPipeline.Load.Growth;

/// <summary>A table of the books, and how it tells of a grown payment: the rows that the fold of its facts would have written.</summary>
internal sealed record GrownTable(string Name, string Columns, int Rows, Action<CopyBuffer, GrownPayment> Write)
{
    private const string Gateway = "stripe";
    private const string Account = "default";

    // Below every offset that a log hands out: these records were in the log before it began as it stands.
    private const int Partitions = 8;

    /// <summary>The longest first, so that the last to end is a short one.</summary>
    public static readonly IReadOnlyList<GrownTable> All =
    [
        new("books.inbox",
            "gateway, account, event_key, content_hash, type, verdict, payment_id, topic, \"partition\", "
                + "\"offset\", received_at, applied_at",
            4, Inbox),
        new("books.transitions",
            "payment_id, version, from_status, to_status, cause, event_id, event_type, inbox_key, occurred_at, recorded_at",
            3, Transitions),
        new("books.payments",
            "id, gateway, account, gateway_payment_id, origin, order_id, user_id, currency, status, version, amount, authorized, captured, "
                + "refunded, refund_pending, disputed, fees, memory, created_at, updated_at",
            1, Payment),
        new("books.payment_aliases", "gateway, account, alias, payment_id", 2, Aliases),
        new("books.journal",
            "owner, kind, cause, gateway, gateway_account, debit_account, credit_account, amount, currency, occurred_at, recorded_at",
            1, Journal),
        new("books.operations",
            "id, payment_id, kind, gateway_reference, amount, currency, status, occurred_at, recorded_at",
            1, Operation),
    ];

    private static void Inbox(CopyBuffer row, GrownPayment payment)
    {
        Claim(row, payment, 1, "payment_intent.created", 0);
        Claim(row, payment, 2, "payment_intent.amount_capturable_updated", 2);
        Claim(row, payment, 3, "charge.captured", 60);
        Claim(row, payment, 4, "payment_intent.succeeded", 60);
    }

    private static void Claim(CopyBuffer row, GrownPayment payment, int number, string type, int after)
    {
        row.Row(12);
        row.Text(Gateway).Text(Account).Text(payment.Event(number)).Id(GrownPayment.IdOf(payment.At, payment.Number * 4 + number))
            .Text(type).Text("applied").Id(payment.Id).Text("webhooks.stripe").Integer((int)(payment.Number % Partitions))
            .Bigint(-(payment.Number * 4 + number)).Time(payment.At.AddSeconds(after)).Time(payment.At.AddSeconds(after + 1));
    }

    private static void Transitions(CopyBuffer row, GrownPayment payment)
    {
        Transition(row, payment, 1, ("REQUIRES_PAYMENT_METHOD", "AUTHORIZED"), "Authorized", "PaymentAuthorized", 2, 2);
        Transition(row, payment, 2, ("AUTHORIZED", "SUCCEEDED"), "Captured", "PaymentCaptured", 3, 60);
        Transition(row, payment, 3, ("SUCCEEDED", "SUCCEEDED"), "Captured", "PaymentSucceeded", 3, 60);
    }

    private static void Transition(
        CopyBuffer row, GrownPayment payment, int version, (string From, string To) status, string fact, string type, int toldBy, int after)
    {
        row.Row(10);
        row.Id(payment.Id).Integer(version).Text(status.From).Text(status.To).Text($"{fact}=:{GrownPayment.Amount}")
            .Text($"pay_{payment.Id:N}.{version}").Text(type).Text(payment.Event(toldBy)).Time(payment.At.AddSeconds(after))
            .Time(payment.At.AddSeconds(after + 1));
    }

    private static void Payment(CopyBuffer row, GrownPayment payment)
    {
        row.Row(20);
        row.Id(payment.Id).Text(Gateway).Text(Account).Text(payment.Intent).Text("external").Text(payment.OrderId).Text(payment.UserId)
            .Text("EUR").Text("SUCCEEDED").Integer(3).Bigint(GrownPayment.Amount).Bigint(GrownPayment.Amount).Bigint(GrownPayment.Amount)
            .Bigint(0).Bigint(0).Bigint(0).Bigint(0).Json(payment.Memory).Time(payment.At).Time(payment.At.AddSeconds(61));
    }

    private static void Aliases(CopyBuffer row, GrownPayment payment)
    {
        row.Row(4);
        row.Text(Gateway).Text(Account).Text(payment.Intent).Id(payment.Id);
        row.Row(4);
        row.Text(Gateway).Text(Account).Text(payment.Charge).Id(payment.Id);
    }

    private static void Journal(CopyBuffer row, GrownPayment payment)
    {
        row.Row(11);
        row.Id(payment.Id).Text("Capture").Text($"Captured=:{GrownPayment.Amount}").Text(Gateway).Text(Account).Text("GatewayBalance")
            .Text("Sales").Bigint(GrownPayment.Amount).Text("EUR").Time(payment.At.AddSeconds(60)).Time(payment.At.AddSeconds(61));
    }

    private static void Operation(CopyBuffer row, GrownPayment payment)
    {
        row.Row(9);
        row.Id(payment.CaptureId).Id(payment.Id).Text("Capture").Text($"{payment.Intent}:total").Bigint(GrownPayment.Amount).Text("EUR")
            .Text("Succeeded").Time(payment.At.AddSeconds(60)).Time(payment.At.AddSeconds(61));
    }
}
