using System.Diagnostics;
using Npgsql;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A floor: the rows of <see cref="ServerSideScript"/> written by a client as most systems do, one transaction per event, over
/// several connections. All statements of an event go in one prepared round trip, which is the quickest way of doing that.
/// </summary>
internal static class EventTransactions
{
    private static readonly string[] statements =
    [
        "INSERT INTO floor.inbox VALUES ('evt_' || $1::bigint, now())",
        "INSERT INTO floor.payment VALUES ($1, 'pi_' || $1::bigint, 1999, 1)",
        "INSERT INTO floor.transition VALUES ($1, 1, 'evt_' || $1::bigint)",
        "INSERT INTO floor.journal (payment_id, account, amount) VALUES ($1, 'GatewayBalance', 1999), ($1, 'Sales', -1999)",
        "INSERT INTO floor.outbox (payload) SELECT decode(repeat('7b', 700), 'hex') WHERE $1::bigint IS NOT NULL",
    ];

    /// <returns>Events a second.</returns>
    public static async Task<double> MeasureAsync(string connectionString, int events, int connections = 16)
    {
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = connections + 1 }.ConnectionString);
        await using var owner = await database.OpenConnectionAsync();
        await FloorTables.ExecuteAsync(owner, FloorTables.Books);
        var next = 0L;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections)
            .Select(_ => WriteAsync(database, () => Interlocked.Increment(ref next), events)));
        var rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await FloorTables.ExecuteAsync(owner, FloorTables.Drop);
        return rate;
    }

    private static async Task WriteAsync(NpgsqlDataSource database, Func<long> take, long events)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
        {
            var command = new NpgsqlBatchCommand(statement);
            command.Parameters.Add(new NpgsqlParameter<long>());
            batch.BatchCommands.Add(command);
        }
        await batch.PrepareAsync();
        for (var number = take(); number <= events; number = take())
        {
            foreach (var command in batch.BatchCommands) ((NpgsqlParameter<long>)command.Parameters[0]).TypedValue = number;
            // A batch without a transaction around it is one: its end is the commit.
            await batch.ExecuteNonQueryAsync();
        }
    }
}
