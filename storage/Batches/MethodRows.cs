using Npgsql;
using PaymentPipeline.Core.Payments;

namespace PaymentPipeline.Storage.Batches;

/// <summary>Stored payment methods to rows and back. Rare: one upsert serves, a row at a time.</summary>
internal static class MethodRows
{
    /// <summary>What <see cref="Read"/> expects, in its order.</summary>
    public const string Columns = """
        m.id, m.gateway, m.account, m.gateway_token, m.user_id, m.brand, m.last4, m.expiry_month, m.expiry_year,
        m.is_default, m.is_removed, m.version, m.fact_keys, m.news_at
        """;

    // OFFSET 0: see BatchReader.SettingsSql.
    public const string SelectSql = $"""
        SELECT {Columns}
        FROM books.payment_methods AS m
        WHERE m.id = ANY (ARRAY(
            SELECT named.id
            FROM unnest($1, $2, $3) AS n (gateway, account, name)
            CROSS JOIN LATERAL (
                SELECT id
                FROM books.payment_methods
                WHERE gateway = n.gateway AND account = n.account AND gateway_token = n.name
                OFFSET 0) AS named))
        ORDER BY m.id
        FOR UPDATE
        """;

    public static PaymentMethod Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(0),
        Gateway = row.GetString(1),
        Account = row.GetString(2),
        GatewayToken = row.GetString(3),
        UserId = row.IsDBNull(4) ? null : row.GetString(4),
        Brand = row.IsDBNull(5) ? null : row.GetString(5),
        Last4 = row.IsDBNull(6) ? null : row.GetString(6),
        ExpiryMonth = row.IsDBNull(7) ? null : row.GetInt32(7),
        ExpiryYear = row.IsDBNull(8) ? null : row.GetInt32(8),
        IsDefault = row.GetBoolean(9),
        IsRemoved = row.GetBoolean(10),
        Version = row.GetInt32(11),
        FactKeys = row.GetFieldValue<string[]>(12),
        UpdatedAt = row.GetFieldValue<DateTimeOffset>(13),
    };

    // A row made by another worker meanwhile violates the unique token: the batch is tried again and finds it. Checks are made on the
    // row as it would be inserted, so that of a default names whose default it is, as the row that is there (and locked) does.
    private const string UpsertSql = """
        INSERT INTO books.payment_methods (
            id, gateway, account, gateway_token, user_id, brand, last4, expiry_month, expiry_year,
            is_default, is_removed, version, fact_keys, news_at, created_at, updated_at, default_of)
        VALUES (
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15,
            (SELECT m.default_of FROM books.payment_methods AS m WHERE m.id = $1))
        ON CONFLICT (id) DO UPDATE
        SET user_id = excluded.user_id, brand = excluded.brand, last4 = excluded.last4, expiry_month = excluded.expiry_month,
            expiry_year = excluded.expiry_year, is_default = excluded.is_default, is_removed = excluded.is_removed,
            version = excluded.version, fact_keys = excluded.fact_keys, news_at = excluded.news_at,
            updated_at = excluded.updated_at
        """;

    public static NpgsqlBatchCommand Upsert(PaymentMethod method, DateTimeOffset now) => new NpgsqlBatchCommand(UpsertSql)
        .Value(method.Id)
        .Value(method.Gateway)
        .Value(method.Account)
        .Value(method.GatewayToken)
        .Value(method.UserId)
        .Value(method.Brand)
        .Value(method.Last4)
        .Value(method.ExpiryMonth)
        .Value(method.ExpiryYear)
        .Value(method.IsDefault)
        .Value(method.IsRemoved)
        .Value(method.Version)
        .Value(method.FactKeys.ToArray())
        .Value(method.UpdatedAt.ToUniversalTime())
        .Value(now);
}
