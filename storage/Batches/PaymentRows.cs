using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Payments to rows and back.</summary>
internal static class PaymentRows
{
    /// <summary>What <see cref="Read"/> expects, in its order.</summary>
    public const string Columns = """
        p.id, p.gateway, p.account, p.gateway_payment_id, p.origin, p.order_id, p.user_id, p.currency, p.status, p.version,
        p.amount, p.authorized, p.captured, p.refunded, p.refund_pending, p.disputed, p.fees, p.memory,
        p.capture_reserved, p.refund_reserved, p.is_cancelling, p.open_operations
        """;

    /// <summary>How many <see cref="Columns"/> there are: the place of the first column behind them.</summary>
    public const int ColumnsCount = 22;

    /// <param name="first">The place of the first column.</param>
    public static Payment Read(NpgsqlDataReader row, int first = 0) => new()
    {
        Id = row.GetGuid(first),
        Gateway = row.GetString(first + 1),
        Account = row.GetString(first + 2),
        GatewayPaymentId = row.GetString(first + 3),
        Origin = row.GetString(first + 4) == "api" ? PaymentOrigin.Api : PaymentOrigin.External,
        OrderId = row.IsDBNull(first + 5) ? null : row.GetString(first + 5),
        UserId = row.IsDBNull(first + 6) ? null : row.GetString(first + 6),
        Currency = row.IsDBNull(first + 7) ? null : CurrencyOf(row.GetString(first + 7)),
        Status = StatusOf(row.GetString(first + 8)),
        Version = row.GetInt32(first + 9),
        Amount = row.GetInt64(first + 10),
        AmountAuthorized = row.GetInt64(first + 11),
        AmountCaptured = row.GetInt64(first + 12),
        AmountRefunded = row.GetInt64(first + 13),
        AmountRefundPending = row.GetInt64(first + 14),
        AmountDisputed = row.GetInt64(first + 15),
        Fees = row.GetInt64(first + 16),
        Memory = FoldMemory.FromJson(row.GetFieldValue<byte[]>(first + 17)),
    };

    public static Holds ReadHolds(NpgsqlDataReader row, int first = 0) =>
        new(row.GetInt64(first + 18), row.GetInt64(first + 19), row.GetBoolean(first + 20), row.GetInt32(first + 21));

    public static string OriginName(PaymentOrigin origin) => origin == PaymentOrigin.Api ? "api" : "external";

    public static Currency CurrencyOf(string code) => Currencies.TryGet(code, out var currency)
        ? currency
        : throw new InvalidOperationException($"The books hold the unknown currency {code}.");

    private static readonly Dictionary<string, PaymentStatus> statuses =
        Enum.GetValues<PaymentStatus>().ToDictionary(PaymentStatusNames.Of, StringComparer.Ordinal);

    private static PaymentStatus StatusOf(string name) => statuses[name];

    private const string InsertSql = """
        INSERT INTO books.payments (
            id, gateway, account, gateway_payment_id, origin, order_id, user_id, currency, status, version,
            amount, authorized, captured, refunded, refund_pending, disputed, fees, memory, created_at, updated_at)
        SELECT *, $19, $19
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        """;

    public static NpgsqlBatchCommand Insert(IReadOnlyList<Payment> payments, DateTimeOffset now) =>
        Changing(new NpgsqlBatchCommand(InsertSql)
            .Column(payments, payment => payment.Id)
            .Column(payments, payment => payment.Gateway)
            .Column(payments, payment => payment.Account)
            .Column(payments, payment => payment.GatewayPaymentId)
            .Column(payments, payment => OriginName(payment.Origin)), payments)
            .Value(now);

    private const string UpdateSql = """
        UPDATE books.payments AS p
        SET order_id = u.order_id, user_id = u.user_id, currency = u.currency, status = u.status, version = u.version,
            amount = u.amount, authorized = u.authorized, captured = u.captured, refunded = u.refunded,
            refund_pending = u.refund_pending, disputed = u.disputed, fees = u.fees, memory = u.memory,
            gateway_payment_id = u.gateway_payment_id, capture_reserved = u.capture_reserved,
            refund_reserved = u.refund_reserved, is_cancelling = u.is_cancelling, open_operations = u.open_operations,
            updated_at = $20
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            AS u (id, order_id, user_id, currency, status, version,
                amount, authorized, captured, refunded, refund_pending, disputed, fees, memory,
                gateway_payment_id, capture_reserved, refund_reserved, is_cancelling, open_operations)
        WHERE p.id = u.id
        """;

    public static NpgsqlBatchCommand Update(IReadOnlyList<PaymentEntry> entries, DateTimeOffset now)
    {
        var payments = new Payment[entries.Count];
        for (var i = 0; i < payments.Length; i++) payments[i] = entries[i].Payment;
        return Changing(new NpgsqlBatchCommand(UpdateSql).Column(payments, payment => payment.Id), payments)
            .Column(payments, payment => payment.GatewayPaymentId)
            .Column(entries, entry => entry.Holds.CaptureReserved)
            .Column(entries, entry => entry.Holds.RefundReserved)
            .Column(entries, entry => entry.Holds.IsCancelling)
            .Column(entries, entry => entry.Holds.OpenOperations)
            .Value(now);
    }

    private static NpgsqlBatchCommand Changing(NpgsqlBatchCommand command, IReadOnlyList<Payment> payments) => command
        .Column(payments, payment => payment.OrderId)
        .Column(payments, payment => payment.UserId)
        .Column(payments, payment => payment.Currency?.Code)
        .Column(payments, payment => PaymentStatusNames.Of(payment.Status))
        .Column(payments, payment => payment.Version)
        .Column(payments, payment => payment.Amount)
        .Column(payments, payment => payment.AmountAuthorized)
        .Column(payments, payment => payment.AmountCaptured)
        .Column(payments, payment => payment.AmountRefunded)
        .Column(payments, payment => payment.AmountRefundPending)
        .Column(payments, payment => payment.AmountDisputed)
        .Column(payments, payment => payment.Fees)
        .JsonColumn(payments, payment => payment.Memory.ToJson());
}
