using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;

namespace PaymentPipeline.Storage.Batches;

/// <summary>The batch's line in the audit: what was read, what came of it, and a digest of what was written.</summary>
internal static class AuditRow
{
    private const string InsertSql = """
        INSERT INTO books.audit_batches (
            worker, at, offsets, records, applied, duplicates, ignored, no_facts, parked, quarantined, transitions, movements, digest,
            operation_ids)
        VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    public static NpgsqlBatchCommand Insert(
        BatchDraft draft, IReadOnlyList<IncomingRecord> records, string worker, DateTimeOffset now,
        IReadOnlyList<SettledRow>? settled)
    {
        var result = draft.Result();
        return new NpgsqlBatchCommand(InsertSql)
            .Value(worker)
            .Value(now)
            .Value(OffsetsJson(records))
            .Value(records.Count)
            .Value(result.Applied)
            .Value(result.Duplicates)
            .Value(result.Ignored)
            .Value(result.NoFacts)
            .Value(result.Parked)
            .Value(result.Quarantined)
            .Value(result.Transitions)
            .Value(draft.Movements.Count)
            .Value(Digest(draft))
            .Value(settled?.Select(row => row.OperationId).ToArray());
    }

    private static string OffsetsJson(IReadOnlyList<IncomingRecord> records) => JsonSerializer.Serialize(records
        .GroupBy(record => $"{record.Topic}/{record.Partition}", StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => new[] { group.Min(record => record.Offset), group.Max(record => record.Offset) }));

    private static byte[] Digest(BatchDraft draft)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, claim) in draft.Claims)
            Append(hash, $"c|{name.Gateway}|{name.Account}|{name.Name}|{claim.Event.ContentHash:x32}|{claim.Verdict}\n");
        foreach (var (paymentId, transition, _) in draft.Transitions)
            Append(hash, $"t|{paymentId:N}|{transition.Version}|{transition.Cause}|{transition.Event.Id}\n");
        foreach (var row in draft.Movements)
            Append(hash, $"m|{row.Owner:N}|{row.Kind}|{row.Cause}|{row.Debit}|{row.Credit}|{row.Amount}|{row.Currency}\n");
        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, string line) => hash.AppendData(Encoding.UTF8.GetBytes(line));
}
