using Npgsql;

namespace PaymentPipeline.Storage.Operations;

/// <summary>What the books know of a caller's key.</summary>
internal sealed record IdempotencyRow(byte[] Fingerprint, Guid? OperationId, StoredResponse? Answer)
{
    public const string AnswerColumns = "k.status, k.content_type, k.body, k.location, k.etag";

    /// <summary>How many <see cref="AnswerColumns"/> there are: the place of the first column behind them.</summary>
    public const int AnswerColumnsCount = 5;

    private const string ReadSql = $"""
        SELECT {AnswerColumns}, k.fingerprint, k.operation_id
        FROM books.idempotency_keys AS k
        WHERE k.principal = $1 AND k.key = $2
        """;

    /// <summary>Null when nobody used the key, or it was forgotten.</summary>
    public static async Task<IdempotencyRow?> ReadAsync(
        NpgsqlDataSource database, IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = claim.Principal });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = claim.Key });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new IdempotencyRow(row.GetFieldValue<byte[]>(5), row.IsDBNull(6) ? null : row.GetGuid(6), ReadAnswer(row))
            : null;
    }

    /// <summary>From <see cref="AnswerColumns"/> at the front of the row; null while there is none.</summary>
    public static StoredResponse? ReadAnswer(NpgsqlDataReader row) => row.IsDBNull(0) ? null : new StoredResponse(
        row.GetInt32(0), row.GetString(1), row.GetFieldValue<byte[]>(2),
        row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4));
}
