using Npgsql;
using PaymentPipeline.Storage.Operations;

namespace PaymentPipeline.Storage;

/// <summary>A stored method as a payment needs it.</summary>
/// <param name="GatewayCustomerId">The user as the gateway's customer; null where none is known.</param>
public sealed record StoredWayToPay(
    Guid Id, string Gateway, string Account, string Token, string? UserId, bool IsRemoved, string? GatewayCustomerId);

/// <summary>Finds stored methods for payments.</summary>
public sealed class WaysToPayQueries(NpgsqlDataSource database)
{
    private const string FindSql = """
        SELECT m.id, m.gateway, m.account, m.gateway_token, m.user_id, m.is_removed, c.gateway_customer_id
        FROM books.payment_methods AS m
        LEFT JOIN books.gateway_customers AS c ON c.gateway = m.gateway AND c.account = m.account AND c.user_id = m.user_id
        WHERE m.id = $1 AND (m.gateway, m.account) IN (SELECT * FROM unnest($2, $3))
        """;

    /// <summary>Removed ones too. Null when there is none that may be seen.</summary>
    public async Task<StoredWayToPay?> FindAsync(Guid methodId, Visibility visibility, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(visibility);
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = methodId });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. visibility.Accounts.Select(known => known.Gateway)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. visibility.Accounts.Select(known => known.Account)] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken)) return null;
        return new StoredWayToPay(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
            row.GetBoolean(5), row.IsDBNull(6) ? null : row.GetString(6));
    }
}
