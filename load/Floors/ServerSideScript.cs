using System.Diagnostics;
using Npgsql;

namespace PaymentPipeline.Load.Floors;

/// <summary>
/// A floor: PostgreSQL fed by a script inside the server that writes, per event, an inbox row, a payment, a transition,
/// two journal lines and an outbox row, 500 events a transaction, on one connection. No client could do this faster.
/// </summary>
internal static class ServerSideScript
{
    private const string Script = """
        DO $$
        DECLARE batch int; n int;
        BEGIN
          FOR batch IN 0..(EVENTS / 500 - 1) LOOP
            FOR n IN batch * 500 + 1 .. batch * 500 + 500 LOOP
              INSERT INTO floor.inbox VALUES ('evt_' || n, now());
              INSERT INTO floor.payment VALUES (n, 'pi_' || n, 1999, 1);
              INSERT INTO floor.transition VALUES (n, 1, 'evt_' || n);
              INSERT INTO floor.journal (payment_id, account, amount) VALUES (n, 'GatewayBalance', 1999), (n, 'Sales', -1999);
              INSERT INTO floor.outbox (payload) VALUES (decode(repeat('7b', 700), 'hex'));
            END LOOP;
            COMMIT;
          END LOOP;
        END $$
        """;

    /// <returns>Events a second.</returns>
    public static async Task<double> MeasureAsync(string connectionString, int events)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await FloorTables.ExecuteAsync(connection, FloorTables.Books);
        var started = Stopwatch.GetTimestamp();
        await FloorTables.ExecuteAsync(connection, Script.Replace("EVENTS", $"{events}", StringComparison.Ordinal));
        var rate = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await FloorTables.ExecuteAsync(connection, FloorTables.Drop);
        return rate;
    }
}
