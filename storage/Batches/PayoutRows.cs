using Npgsql;
using PaymentPipeline.Core;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Payouts to rows and back. Rare: one upsert serves, a row at a time.</summary>
internal static class PayoutRows
{
    // OFFSET 0: see BatchReader.SettingsSql.
    public const string SelectSql = """
        SELECT p.id, p.gateway, p.account, p.gateway_payout_id, p.amount, p.currency, p.status, p.version, p.fact_keys
        FROM books.payouts AS p
        WHERE p.id = ANY (ARRAY(
            SELECT named.id
            FROM unnest($1, $2, $3) AS n (gateway, account, name)
            CROSS JOIN LATERAL (
                SELECT id
                FROM books.payouts
                WHERE gateway = n.gateway AND account = n.account AND gateway_payout_id = n.name
                OFFSET 0) AS named))
        ORDER BY p.id
        FOR UPDATE
        """;

    public static Payout Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Gateway = row.GetString(1),
        Account = row.GetString(2),
        GatewayPayoutId = row.GetString(3),
        Amount = new Money(row.GetInt64(4), PaymentRows.CurrencyOf(row.GetString(5))),
        Status = Enum.Parse<PayoutStatus>(row.GetString(6)),
        Version = row.GetInt32(7),
        FactKeys = row.GetFieldValue<string[]>(8),
    };

    // A row made by another worker meanwhile violates the unique name: the batch is tried again and finds it.
    private const string UpsertSql = """
        INSERT INTO books.payouts (
            id, gateway, account, gateway_payout_id, amount, currency, status, version, fact_keys, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        ON CONFLICT (id) DO UPDATE
        SET amount = excluded.amount, currency = excluded.currency, status = excluded.status, version = excluded.version,
            fact_keys = excluded.fact_keys, updated_at = excluded.updated_at
        """;

    public static NpgsqlBatchCommand Upsert(Payout payout, DateTimeOffset now) => new NpgsqlBatchCommand(UpsertSql)
        .Value(payout.Id)
        .Value(payout.Gateway)
        .Value(payout.Account)
        .Value(payout.GatewayPayoutId)
        .Value(payout.Amount.AmountMinor)
        .Value(payout.Amount.Currency.Code)
        .Value(payout.Status.ToString())
        .Value(payout.Version)
        .Value(payout.FactKeys.ToArray())
        .Value(now);
}
