using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PaymentPipeline.Load.Growth;

/// <param name="Elapsed">Writing, without the vacuum after it.</param>
/// <param name="Bytes">By how much tables and indexes grew.</param>
internal sealed record Growth(long Payments, TimeSpan Elapsed, TimeSpan Vacuumed, long Bytes)
{
    public string Text() => string.Create(CultureInfo.InvariantCulture, $"""
        {Payments:N0} payments in {Elapsed.TotalSeconds:N1} s: {Payments / Elapsed.TotalSeconds:N0} payments/s, {Bytes / Payments:N0} bytes a payment with its indexes
        vacuumed and analyzed in {Vacuumed.TotalSeconds:N1} s
        """);
}

/// <summary>
/// Fills the books as years of business would, chunk by chunk, each in one transaction that is durable like any other. Constraints and
/// triggers stay. Payments are spread evenly over the year before now; a second growth adds more.
/// </summary>
internal sealed class Grower(NpgsqlDataSource database, TimeProvider time)
{
    private static readonly TimeSpan span = TimeSpan.FromDays(365);

    /// <param name="account">Our name of the gateway account that gets the payments.</param>
    /// <param name="connections">Chunks written at a time.</param>
    /// <param name="progress">Gets how many payments are written so far; called from several threads.</param>
    public async Task<Growth> GrowAsync(
        long payments, int chunk, int connections, string account, Action<long> progress, CancellationToken cancellationToken)
    {
        var before = await SizeAsync(cancellationToken);
        var now = time.GetUtcNow();
        var prefix = $"g{now.ToUnixTimeMilliseconds():x}";
        var started = Stopwatch.GetTimestamp();
        var (next, written) = (-1L, 0L);
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            for (long first; (first = Interlocked.Increment(ref next) * chunk) < payments;)
            {
                var last = Math.Min(payments, first + chunk) - 1;
                await WriteAsync(first, last, prefix, account, now - span, span.TotalSeconds / payments, cancellationToken);
                progress(Interlocked.Add(ref written, last - first + 1));
            }
        }, cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var vacuumed = await VacuumAsync(cancellationToken);
        return new Growth(payments, elapsed, vacuumed, await SizeAsync(cancellationToken) - before);
    }

    private async Task WriteAsync(
        long first, long last, string prefix, string account, DateTimeOffset from, double step, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(GrowthSql.Chunk);
        command.CommandTimeout = 600;
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = prefix });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = from.UtcDateTime });
        command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = step });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // What is measured afterwards should not be autovacuum's first look at all of it.
    private async Task<TimeSpan> VacuumAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var vacuum in GrowthSql.Vacuums)
        {
            await using var command = database.CreateCommand(vacuum);
            command.CommandTimeout = 3600;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        return Stopwatch.GetElapsedTime(started);
    }

    private async Task<long> SizeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(GrowthSql.Size);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
