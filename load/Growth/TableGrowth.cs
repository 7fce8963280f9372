using System.Diagnostics;
using Npgsql;

namespace PaymentPipeline.Load.Growth;

/// <summary>
/// Fills one table in one transaction: emptied, its indexes taken away, filled by COPY, its indexes made again. What is written into a
/// table that its own transaction emptied is born frozen and visible to all, so that no vacuum writes it a second time; and on a server
/// with <c>wal_level = minimal</c> it goes to the disk once, by the fsync of its file at the commit, and not through the WAL as well.
/// When it fails the table is empty and has its indexes, as before.
/// </summary>
internal sealed class TableGrowth(NpgsqlConnection connection, GrownTable table)
{
    private const int TimeoutSeconds = 3600;

    // The triggers that keep the books append only are for those who would change something: here nothing is there.
    private const string BeginSql = """
        SET LOCAL session_replication_role = replica;
        SET LOCAL maintenance_work_mem = '1GB';
        SET LOCAL statement_timeout = 0;
        SET LOCAL idle_in_transaction_session_timeout = 0;
        """;

    private const string ConstraintsSql = """
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint
        WHERE conrelid = $1::regclass AND contype IN ('p', 'u')
        UNION ALL
        SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
        FROM pg_index
        WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """;

    /// <param name="payment">For this table alone.</param>
    /// <param name="wrote">Gets how many rows came to be.</param>
    public async Task FillAsync(
        GrownPayment payment, long payments, Action<long> wrote, Action<string> say, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(BeginSql, cancellationToken);
        await RunAsync($"TRUNCATE {table.Name}", cancellationToken);
        var indexes = await IndexesAsync(cancellationToken);
        foreach (var (drop, _) in indexes) await RunAsync(drop, cancellationToken);
        await CopyAsync(payment, payments, wrote, cancellationToken);
        foreach (var (_, make) in indexes)
        {
            var started = Stopwatch.GetTimestamp();
            await RunAsync(make, cancellationToken);
            say(FormattableString.Invariant($"{Stopwatch.GetElapsedTime(started).TotalSeconds,6:N1} s for {make}"));
        }
        await RunAsync($"ANALYZE {table.Name}", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task CopyAsync(GrownPayment payment, long payments, Action<long> wrote, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginRawBinaryCopyAsync(
            $"COPY {table.Name} ({table.Columns}) FROM STDIN (FORMAT binary, FREEZE)", cancellationToken);
        var buffer = new CopyBuffer();
        buffer.Header();
        var told = 0L;
        for (var number = 0L; number < payments; number++)
        {
            payment.Become(number);
            table.Write(buffer, payment);
            if (!buffer.IsFull) continue;
            await SendAsync(copy, buffer, cancellationToken);
            wrote((number + 1 - told) * table.Rows);
            told = number + 1;
        }
        buffer.Trailer();
        await SendAsync(copy, buffer, cancellationToken);
        wrote((payments - told) * table.Rows);
    }

    private static async Task SendAsync(NpgsqlRawCopyStream copy, CopyBuffer buffer, CancellationToken cancellationToken)
    {
        await copy.WriteAsync(buffer.Written, cancellationToken);
        buffer.Clear();
    }

    private async Task<List<(string Drop, string Make)>> IndexesAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ConstraintsSql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var indexes = new List<(string, string)>();
        while (await reader.ReadAsync(cancellationToken)) indexes.Add((reader.GetString(0), reader.GetString(1)));
        return indexes;
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = TimeoutSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
