using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PaymentPipeline.Load.Growth;

/// <param name="At">The time from which the payments count back: <see cref="GrownPayment"/>.</param>
/// <param name="Elapsed">Rows, indexes, statistics, and a checkpoint: all of it is on the disk.</param>
/// <param name="Bytes">Of each table with its indexes.</param>
internal sealed record Growth(long Payments, DateTimeOffset At, TimeSpan Elapsed, IReadOnlyDictionary<string, long> Bytes)
{
    public string Text() => string.Create(CultureInfo.InvariantCulture, $"""
        {Payments:N0} payments in {Elapsed.TotalSeconds:N1} s: {Payments / Elapsed.TotalSeconds:N0} payments/s, {Bytes.Values.Sum() / Payments:N0} bytes a payment with its indexes
        {string.Join(", ", Bytes.Select(one => FormattableString.Invariant($"{one.Key} {(double)one.Value / Payments:N0}")))}
        """);
}

/// <summary>
/// Fills empty books as years of business would. <see cref="ForgottenLog"/> makes the log fit.
/// </summary>
internal sealed class Grower(NpgsqlDataSource database, TimeProvider time)
{
    private const int ProgressSeconds = 10;

    /// <exception cref="UserErrorException">The books are not empty.</exception>
    public async Task<Growth> GrowAsync(long payments, int connections, Action<string> say, CancellationToken cancellationToken)
    {
        await RefuseUnlessEmptyAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var now = time.GetUtcNow();
        var rows = payments * GrownTable.All.Sum(table => table.Rows);
        var written = 0L;
        var next = new ConcurrentQueue<GrownTable>(GrownTable.All);
        await using (new Timer(_ => say(Progress(Volatile.Read(ref written), rows, started)), null,
            TimeSpan.FromSeconds(ProgressSeconds), TimeSpan.FromSeconds(ProgressSeconds)))
        {
            await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
            {
                await using var connection = await database.OpenConnectionAsync(cancellationToken);
                while (next.TryDequeue(out var table))
                    await new TableGrowth(connection, table).FillAsync(
                        new GrownPayment(payments, now), payments, more => Interlocked.Add(ref written, more), say, cancellationToken);
            }, cancellationToken)));
            await RunAsync("CHECKPOINT", cancellationToken);
        }
        return new Growth(payments, now, Stopwatch.GetElapsedTime(started), await SizesAsync(cancellationToken));
    }

    private const string IsEmptySql = """
        SELECT NOT EXISTS (SELECT FROM books.inbox) AND NOT EXISTS (SELECT FROM books.payments)
            AND NOT EXISTS (SELECT FROM books.journal) AND NOT EXISTS (SELECT FROM books.transitions)
        """;

    private async Task RefuseUnlessEmptyAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IsEmptySql);
        if (await command.ExecuteScalarAsync(cancellationToken) is not true) throw new UserErrorException(
            "These books are not empty, and what grows would take their place: start a './pipeline up --idle' with another --data.");
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 3600;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<Dictionary<string, long>> SizesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT name, pg_total_relation_size(name::regclass) FROM unnest($1) AS name");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. GrownTable.All.Select(table => table.Name)] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sizes = new Dictionary<string, long>();
        while (await reader.ReadAsync(cancellationToken)) sizes[reader.GetString(0)] = reader.GetInt64(1);
        return sizes;
    }

    private static string Progress(long written, long rows, long started)
    {
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture, $"{written:N0} of {rows:N0} rows after {elapsed:N0} s, {written / elapsed:N0}/s");
    }
}
