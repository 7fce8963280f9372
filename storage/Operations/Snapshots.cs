using Npgsql;
using PaymentPipeline.Core.Payments;
using PaymentPipeline.Storage.Batches;

namespace PaymentPipeline.Storage.Operations;

/// <summary>Payments with what the API keeps of them, from rows.</summary>
internal static class Snapshots
{
    /// <summary>Behind <see cref="PaymentRows.Columns"/>, in the order that <see cref="ReadDetails"/> expects.</summary>
    public const string Columns =
        "p.capture_method, p.return_url, p.metadata, p.next_action, p.payment_method_id, p.created_at, p.updated_at";

    /// <param name="first">The place of the first of <see cref="PaymentRows.Columns"/>.</param>
    public static PaymentSnapshot Read(NpgsqlDataReader row, int first = 0)
    {
        var payment = PaymentRows.Read(row, first);
        var holds = PaymentRows.ReadHolds(row, first);
        return Of(payment, ReadDetails(row, first + PaymentRows.ColumnsCount), holds);
    }

    public static PaymentSnapshot Of(Payment payment, PaymentDetails details, Holds holds) => new(
        payment, IsWaiting(payment) ? details : details with { NextAction = null },
        holds.CaptureReserved, holds.RefundReserved, holds.IsCancelling);

    public static PaymentDetails ReadDetails(NpgsqlDataReader row, int first) => new(
        row.IsDBNull(first) ? null : row.GetString(first),
        row.IsDBNull(first + 1) ? null : row.GetString(first + 1),
        row.IsDBNull(first + 2) ? null : row.GetFieldValue<byte[]>(first + 2),
        row.IsDBNull(first + 3) ? null : row.GetFieldValue<byte[]>(first + 3),
        row.IsDBNull(first + 4) ? null : row.GetGuid(first + 4),
        row.GetFieldValue<DateTimeOffset>(first + 5),
        row.GetFieldValue<DateTimeOffset>(first + 6));

    // What the payer was asked to do is of no use once a webhook told that it is done, or that it failed.
    private static bool IsWaiting(Payment payment) => payment.Status is PaymentStatus.RequiresPaymentMethod
        or PaymentStatus.RequiresConfirmation or PaymentStatus.RequiresAction or PaymentStatus.Processing;
}
