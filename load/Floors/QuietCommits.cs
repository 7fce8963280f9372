using System.Diagnostics;
using Npgsql;
using PaymentPipeline.Load.Results;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A floor of the quiet way: two commits one after the other, each of one row of that size, at the same pace. A webhook that becomes an
/// event is durable twice, in the log and in the books; less than this no such way can take on this disk.
/// </summary>
internal static class QuietCommits
{
    private const string InsertSql = "INSERT INTO floor.log VALUES ($1, $2)";

    /// <param name="seconds">How long it is measured.</param>
    /// <returns>From the first commit's beginning to the second one's answer; null when there was no time.</returns>
    public static async Task<Percentiles?> MeasureAsync(string connectionString, double seconds, double perSecond, int bytes)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await FloorTables.ExecuteAsync(connection, FloorTables.Log);
        await using var insert = new NpgsqlCommand(InsertSql, connection)
        {
            Parameters = { new NpgsqlParameter<long>(), new NpgsqlParameter<byte[]> { TypedValue = new byte[bytes] } },
        };
        await insert.PrepareAsync();
        var latency = new Histogram();
        var every = TimeSpan.FromSeconds(1 / perSecond);
        var started = Stopwatch.GetTimestamp();
        for (var number = 0L; number < seconds * perSecond; number++)
        {
            var due = every * number;
            if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } left) await Task.Delay(left);
            var begun = Stopwatch.GetTimestamp();
            for (var commit = 0L; commit < 2; commit++)
            {
                ((NpgsqlParameter<long>)insert.Parameters[0]).TypedValue = number * 2 + commit;
                await insert.ExecuteNonQueryAsync();
            }
            latency.Record((long)Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }
        await FloorTables.ExecuteAsync(connection, FloorTables.Drop);
        return latency.Percentiles();
    }
}
