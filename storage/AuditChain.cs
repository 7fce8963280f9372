using System.Security.Cryptography;
using Npgsql;

namespace PaymentPipeline.Storage;

/// <summary>
/// Closes the chain over committed batches, off the apply path: each link is SHA-256(previous hash || digest of the batch).
/// Batches are taken in the order (xid, id) up to the oldest transaction still running, so that none can appear behind
/// the end of the chain.
/// </summary>
public sealed class AuditChain(NpgsqlDataSource database)
{
    // "chain" in ASCII: one closer at a time.
    private const string LockSql = "SELECT pg_advisory_xact_lock(x'636861696e'::bigint)";

    private const string NextSql = """
        WITH last AS (
            SELECT c.seq, c.batch_id, c.xid, c.hash
            FROM books.audit_chain AS c
            ORDER BY c.seq DESC
            LIMIT 1)
        SELECT b.id, b.xid::text, b.digest, coalesce((SELECT seq FROM last), 0), (SELECT hash FROM last)
        FROM books.audit_batches AS b
        WHERE (b.xid, b.id) > (coalesce((SELECT xid FROM last), '0'::xid8), coalesce((SELECT batch_id FROM last), 0))
            AND b.xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY b.xid, b.id
        LIMIT $1
        """;

    private const string AppendSql = """
        INSERT INTO books.audit_chain (seq, batch_id, xid, hash)
        SELECT seq, batch_id, xid::xid8, hash
        FROM unnest($1, $2, $3, $4) AS u (seq, batch_id, xid, hash)
        """;

    /// <summary>Adds up to <paramref name="limit"/> links; returns how many.</summary>
    public async Task<int> CloseAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var alone = new NpgsqlCommand(LockSql, connection)) await alone.ExecuteNonQueryAsync(cancellationToken);

        var (sequences, batches, xids, hashes) = (new List<long>(), new List<long>(), new List<string>(), new List<byte[]>());
        await using (var next = new NpgsqlCommand(NextSql, connection))
        {
            next.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
            await using var reader = await next.ExecuteReaderAsync(cancellationToken);
            byte[]? previous = null;
            while (await reader.ReadAsync(cancellationToken))
            {
                previous ??= reader.IsDBNull(4) ? new byte[32] : reader.GetFieldValue<byte[]>(4);
                previous = SHA256.HashData([.. previous, .. reader.GetFieldValue<byte[]>(2)]);
                batches.Add(reader.GetInt64(0));
                xids.Add(reader.GetString(1));
                hashes.Add(previous);
                sequences.Add(reader.GetInt64(3) + hashes.Count);
            }
        }
        if (hashes.Count == 0) return 0;

        await using var append = new NpgsqlCommand(AppendSql, connection);
        append.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. sequences] });
        append.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. batches] });
        append.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. xids] });
        append.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. hashes] });
        await append.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        return hashes.Count;
    }
}
