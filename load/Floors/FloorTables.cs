using Npgsql;

namespace PaymentPipeline.Load.Floors;

/// <summary>The tables of the floors, in a schema of their own that goes with the measurement.</summary>
internal static class FloorTables
{
    /// <summary>What the apply path writes, with no more indexes and constraints than it takes to find a payment again.</summary>
    public const string Books = """
        DROP SCHEMA IF EXISTS floor CASCADE;
        CREATE SCHEMA floor;
        CREATE TABLE floor.inbox (key text PRIMARY KEY, received_at timestamptz NOT NULL);
        CREATE TABLE floor.payment (id bigint PRIMARY KEY, reference text NOT NULL UNIQUE, captured bigint NOT NULL, version int NOT NULL);
        CREATE TABLE floor.transition (payment_id bigint, version int, cause text NOT NULL, PRIMARY KEY (payment_id, version));
        CREATE TABLE floor.journal (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payment_id bigint NOT NULL, account text NOT NULL, amount bigint NOT NULL);
        CREATE TABLE floor.outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload bytea NOT NULL);
        """;

    /// <summary>A log and no more: an offset and the bytes, uncompressed.</summary>
    public const string Log = """
        DROP SCHEMA IF EXISTS floor CASCADE;
        CREATE SCHEMA floor;
        CREATE TABLE floor.log (log_offset bigint PRIMARY KEY, value bytea NOT NULL);
        ALTER TABLE floor.log ALTER COLUMN value SET STORAGE EXTERNAL;
        """;

    public const string Drop = "DROP SCHEMA floor CASCADE";

    public static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }
}
