using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A floor: records appended to one plain table by binary COPY, a batch per commit, on one connection. No keys, no groups, no
/// notification; nobody reads.
/// </summary>
internal static class PostgresAppend
{
    private const int BatchRecords = 500;

    private const string CopySql = "COPY floor.log (log_offset, value) FROM STDIN (FORMAT binary)";

    /// <param name="records">Rounded up to whole batches of 500.</param>
    /// <param name="bytes">Of each value.</param>
    /// <returns>Records a second.</returns>
    public static async Task<double> MeasureAsync(string connectionString, int records, int bytes = 2500)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await FloorTables.ExecuteAsync(connection, FloorTables.Log);
        var value = RandomNumberGenerator.GetBytes(bytes);
        var started = Stopwatch.GetTimestamp();
        var offset = 0L;
        while (offset < records) offset = await AppendAsync(connection, offset, value);
        var rate = offset / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await FloorTables.ExecuteAsync(connection, FloorTables.Drop);
        return rate;
    }

    private static async Task<long> AppendAsync(NpgsqlConnection connection, long offset, byte[] value)
    {
        await using var copy = await connection.BeginBinaryImportAsync(CopySql);
        for (var i = 0; i < BatchRecords; i++)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(offset++, NpgsqlDbType.Bigint);
            await copy.WriteAsync(value, NpgsqlDbType.Bytea);
        }
        await copy.CompleteAsync();
        return offset;
    }
}
